"""A tokenizer gives the tokens that transformers gives, for every form of its files."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertTokenizer, CLIPTokenizer

from inkcloud.checkpoints.load import load_checkpoint
from support.tiny_checkpoints import make_tiny_sd

PROMPTS = (
    "A photo of an octopus playing chess",
    "",
    "cat <|endoftext|> red <|startoftext|> [SEP] [MASK]",
    "Ünïcödé 🐙 and\u00a0spaces\n\n'tis 1234 it's!",
    "photo " * 50,
)
TOKENS = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}


def tokens(tokenizer, prompt):
    found = tokenizer(
        prompt, padding="max_length", max_length=tokenizer.model_max_length, truncation=True
    )
    return found["input_ids"], found["attention_mask"]


def stable_diffusion_files(folder):
    """The settings files of Stable Diffusion 2.1: token tables in two files, no added tokens."""
    settings = {
        "add_prefix_space": False,
        "bos_token": {"__type": "AddedToken", "content": "<|startoftext|>", **TOKENS},
        "do_lower_case": True,
        "eos_token": {"__type": "AddedToken", "content": "<|endoftext|>", **TOKENS},
        "errors": "replace",
        "model_max_length": 16,
        "name_or_path": "somewhere/else",
        "pad_token": "<|endoftext|>",
        "special_tokens_map_file": "/somewhere/special_tokens_map.json",
        "tokenizer_class": "CLIPTokenizer",
        "unk_token": {"__type": "AddedToken", "content": "<|endoftext|>", **TOKENS},
    }
    special = {
        "bos_token": {"content": "<|startoftext|>", **TOKENS},
        "eos_token": {"content": "<|endoftext|>", **TOKENS},
        "pad_token": "!",
        "unk_token": {"content": "<|endoftext|>", **TOKENS},
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "special_tokens_map.json").write_text(json.dumps(special))


def resaved(folder):
    """One tokenizer.json, as transformers saves it today."""
    CLIPTokenizer.from_pretrained(folder, local_files_only=True).save_pretrained(folder)
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink()


def as_is(folder):
    """The files that the tiny model has."""


def with_added_token(folder):
    """A token table in the settings."""
    path = folder / "tokenizer_config.json"
    table = {"0": {"content": "!", "special": True, **TOKENS}}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"added_tokens_decoder": table}))


def with_an_old_list_that_adds_nothing(folder):
    """Older versions of transformers also list the special tokens that a vocabulary has."""
    vocabulary = json.loads((folder / "vocab.json").read_text())
    repeated = {name: vocabulary[name] for name in ("<|startoftext|>", "<|endoftext|>")}
    (folder / "added_tokens.json").write_text(json.dumps(repeated))


def whole_file_with_an_old_list(folder):
    with_an_old_list_that_adds_nothing(folder)
    resaved(folder)


@pytest.mark.parametrize(
    "arrange",
    [
        as_is,
        stable_diffusion_files,
        resaved,
        with_added_token,
        with_an_old_list_that_adds_nothing,
        whole_file_with_an_old_list,
    ],
)
def test_clip_tokens_are_those_of_transformers(folder, arrange):
    arrange(folder / "tokenizer")

    ours = load_checkpoint(folder, dtype="float32").tokenizer

    stock = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
    assert [tokens(ours, prompt) for prompt in PROMPTS] == [
        tokens(stock, prompt) for prompt in PROMPTS
    ]
    assert ours.pad_token_id == stock.pad_token_id


def test_a_word_that_a_fine_tune_added_is_one_token(folder):
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
    tokenizer.add_tokens(["<octopus-in-oil>"])
    tokenizer.save_pretrained(folder / "tokenizer")
    text = folder / "text_encoder"
    weights = load_file(text / "model.safetensors")
    name = next(name for name in weights if "token_embedding" in name)
    weights[name] = torch.cat([weights[name], weights[name][:1]])
    save_file(weights, text / "model.safetensors")
    config = json.loads((text / "config.json").read_text())
    config["vocab_size"] = len(tokenizer)
    (text / "config.json").write_text(json.dumps(config))

    ours = load_checkpoint(folder, dtype="float32").tokenizer

    stock = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
    prompt = "a photo of <octopus-in-oil> playing"
    assert tokens(ours, prompt) == tokens(stock, prompt)
    assert config["vocab_size"] - 1 in tokens(ours, prompt)[0]


def test_stable_diffusion_2_pads_with_its_first_token(folder):
    stable_diffusion_files(folder / "tokenizer")

    ours = load_checkpoint(folder, dtype="float32").tokenizer

    assert tokens(ours, "cat")[0][-1] == 0


@pytest.mark.parametrize("form", ["tokenizer.json", "vocab.txt"])
def test_bert_tokens_are_those_of_transformers(tmp_path, form):
    folder = make_tiny_sd(tmp_path / "model", text="bert")
    whole = folder / "tokenizer" / "tokenizer.json"
    if form == "vocab.txt":
        vocabulary = json.loads(whole.read_text())["model"]["vocab"]
        lines = sorted(vocabulary, key=vocabulary.get)
        (folder / "tokenizer" / "vocab.txt").write_text("\n".join(lines) + "\n")
        whole.unlink()

    ours = load_checkpoint(folder, dtype="float32").tokenizer

    stock = BertTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
    assert [tokens(ours, prompt) for prompt in PROMPTS] == [
        tokens(stock, prompt) for prompt in PROMPTS
    ]
    assert sum(tokens(ours, "red cat")[1]) == 4
