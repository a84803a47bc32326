"""Which sentences the built-in model's UNet is trained with."""

import json
import sys
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[2] / "recipes/inkling"
sys.path.insert(0, str(RECIPE))

import understood  # noqa: E402
from sentences import descriptions  # noqa: E402

RECORDS = [{"name": "octopus", "style": "cartoon", "train": True}]
CLEAR, UNCLEAR = descriptions()["octopus"][:2]


@pytest.fixture
def unclear(tmp_path, monkeypatch):
    taken = {name: list(texts) for name, texts in descriptions().items()}
    taken["octopus"].remove(UNCLEAR)
    path = tmp_path / "understood.json"
    path.write_text(json.dumps(taken), encoding="utf-8")
    monkeypatch.setattr(understood, "UNDERSTOOD", path)
    return understood.unclear_descriptions()


def test_a_description_that_is_taken_for_something_else_is_not_drawn_from(unclear):
    sentences = ["an octopus", CLEAR, UNCLEAR, f"{UNCLEAR}, cartoon style"]
    line = {"kind": "single", "records": [0], "sentences": sentences}

    assert understood.clear_sentences(line, RECORDS, unclear) == ["an octopus", CLEAR]


def test_other_examples_keep_their_sentences(unclear):
    line = {"kind": "colour", "records": [0], "sentences": [UNCLEAR]}

    assert understood.clear_sentences(line, RECORDS, unclear) == [UNCLEAR]
