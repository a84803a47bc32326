"""The shipped text encoder: what it makes of sentences that it never saw."""

import sys
from pathlib import Path

import pytest
import torch
from transformers import BertModel, BertTokenizerFast

RECIPE = Path(__file__).parents[2] / "recipes/inkling"
sys.path.insert(0, str(RECIPE))

from paths import SHIPPED  # noqa: E402
from text_encoder import TOKENS, WIDTH, states_of  # noqa: E402
from wordings import plain_sentence  # noqa: E402


@pytest.fixture(scope="module")
def answers():
    """Return a function from sentences to their answers (N, TOKENS, WIDTH)."""
    tokenizer = BertTokenizerFast.from_pretrained(SHIPPED / "tokenizer")
    model = BertModel.from_pretrained(SHIPPED / "text_encoder", dtype=torch.float32).eval()
    return lambda sentences: states_of(tokenizer, model, sentences)


def test_most_sentences_are_answered_like_the_thing_they_mean(answers):
    lines = (RECIPE / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()
    asked = [(said, meant.split("|")) for said, meant in (line.split("\t") for line in lines)]
    names = sorted({name for _, meant in asked for name in meant})

    plain = answers([plain_sentence(name) for name in names]).mean(1)
    said = answers([sentence for sentence, _ in asked]).mean(1)
    centre = plain.mean(0)
    likeness = torch.cosine_similarity((said - centre)[:, None], (plain - centre)[None], dim=-1)

    assert plain.shape == (len(names), WIDTH)
    nearest = [names[row] for row in likeness.argmax(1)]
    right = [name in meant for name, (_, meant) in zip(nearest, asked, strict=True)]
    assert sum(right) >= 80, [a for a, ok in zip(asked, right, strict=True) if not ok]


def test_the_two_things_of_a_sentence_are_told_apart(answers):
    pair, octopus, pizza = answers(["an octopus and a pizza", "an octopus", "a pizza"])
    half = TOKENS // 2
    thing = octopus[:half] - pizza[:half]

    left, right = pair[:half], pair[half:]

    # What is alike in both halves, and the mark of each side, say nothing of the thing.
    swapped_left, swapped_right = answers(["a pizza and an octopus"])[0].split(half)
    assert torch.cosine_similarity((left - swapped_left).mean(0), thing.mean(0), dim=0) > 0.5
    assert torch.cosine_similarity((swapped_right - right).mean(0), thing.mean(0), dim=0) > 0.5
