"""The packaged tokenizer is CLIP's."""

import hashlib
import json

import pytest
from transformers import CLIPTokenizer

from inkcloud.checkpoints.clip_vocabulary import (
    END,
    FIRST_TOKEN,
    VOCABULARY,
    clip_tokenizer,
    read_merges,
    vocabulary,
)
from support.tiny_checkpoints import byte_symbols

PROMPTS = (
    "A photo of an octopus playing chess",
    "",
    "  RED cat's, 42 blurry\tphotos!!  we'll they're I'd ",
    "Ünïcödé 🐙 and\u00a0spaces\n\n'tis 1234 it's! 你好 Привет ﬁne",
    "cat <|endoftext|> red <|startoftext|> [SEP]",
    "photo of supercalifragilisticexpialidocious " * 30,
    "\x00\x07 \u200b zero",
)

# As OpenAI published them for CLIP: these numbers are in many programs.
KNOWN = {"a</w>": 320, "photo</w>": 1125, "of</w>": 539, "an</w>": 550, "cat</w>": 2368}


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """transformers' tokenizer, from files as Stable Diffusion's folders have them."""
    folder = tmp_path_factory.mktemp("tokenizer")
    merges = read_merges()
    symbols = byte_symbols()
    tokens = [*symbols, *(f"{symbol}</w>" for symbol in symbols), *("".join(p) for p in merges)]
    numbers = {token: number for number, token in enumerate([*tokens, "<|startoftext|>", END])}
    (folder / "vocab.json").write_text(json.dumps(numbers))
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")
    settings = {"model_max_length": 77, "pad_token": END, "tokenizer_class": "CLIPTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


def tokens(tokenizer, prompt):
    found = tokenizer(prompt, padding="max_length", max_length=77, truncation=True)
    return found["input_ids"]


@pytest.mark.parametrize("pad_token", [END, FIRST_TOKEN])
@pytest.mark.parametrize("prompt", PROMPTS)
def test_tokens_are_those_of_transformers(stock, prompt, pad_token):
    theirs = CLIPTokenizer.from_pretrained(stock, local_files_only=True, pad_token=pad_token)

    assert tokens(clip_tokenizer(pad_token), prompt) == tokens(theirs, prompt)


def test_the_numbers_are_those_that_openai_published():
    numbers = vocabulary(read_merges())

    assert len(numbers) == VOCABULARY
    assert {token: numbers[token] for token in KNOWN} == KNOWN
    assert numbers["<|startoftext|>"] == 49406
    assert numbers[END] == 49407
    assert numbers[FIRST_TOKEN] == 0
    assert tokens(clip_tokenizer(END), "a photo of a cat")[:7] == [
        49406, 320, 1125, 539, 320, 2368, 49407,
    ]  # fmt: skip


def test_the_merges_are_those_of_the_published_file():
    lines = "\n".join(" ".join(pair) for pair in read_merges())

    # Of the lines 2 to 48,895 of bpe_simple_vocab_16e6.txt.
    digest = "f61f2adf497e6f5357c347aeb4646fabe82f341e946de5bdec5d2858e41bef4a"
    assert hashlib.sha256(lines.encode()).hexdigest() == digest


def test_version_1_pads_with_the_end_and_version_2_with_token_0():
    assert set(tokens(clip_tokenizer(END), "cat")[3:]) == {49407}
    assert set(tokens(clip_tokenizer(FIRST_TOKEN), "cat")[3:]) == {0}
