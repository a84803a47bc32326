"""CLIP's tokenizer, which single-file checkpoints take for granted, from the package."""

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from inkcloud.checkpoints.classes import model_class

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

FILE = Path(__file__).parent / "data" / "clip_merges.txt.gz"
LENGTH = 77
VOCABULARY = 49408
START, END = "<|startoftext|>", "<|endoftext|>"
FIRST_TOKEN = "!"
"""What Stable Diffusion 2 pads with: open_clip fills with zeros, and this is token 0."""


def clip_tokenizer(pad_token: str) -> "CLIPTokenizer":
    """Return CLIP's tokenizer.

    Args:
        pad_token: `END` for Stable Diffusion 1, `FIRST_TOKEN` for 2.
    """
    merges = read_merges()
    kind = model_class("tokenizer", "transformers", "CLIPTokenizer")
    tokenizer: CLIPTokenizer = kind(
        vocab=vocabulary(merges),
        merges=merges,
        bos_token=START,
        eos_token=END,
        unk_token=END,
        pad_token=pad_token,
        model_max_length=LENGTH,
    )
    return tokenizer


def read_merges() -> list[tuple[str, str]]:
    """Return the pairs that byte-pair encoding joins, the first ones first."""
    lines = gzip.decompress(FILE.read_bytes()).decode("utf-8").splitlines()
    pairs = (line.split(" ") for line in lines)
    return [(left, right) for left, right in pairs]


def vocabulary(merges: list[tuple[str, str]]) -> dict[str, int]:
    """Return each token's number: bytes, bytes that end a word, joined pairs, the two marks."""
    symbols = _byte_symbols()
    tokens = [*symbols, *(f"{symbol}</w>" for symbol in symbols)]
    tokens += [left + right for left, right in merges]
    return {token: number for number, token in enumerate([*tokens, START, END])}


def _byte_symbols() -> list[str]:
    """Return a printable character for each byte, in the order of CLIP's vocabulary."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = 256 - len(printable)
    return [chr(code) for code in printable] + [chr(256 + number) for number in range(others)]
