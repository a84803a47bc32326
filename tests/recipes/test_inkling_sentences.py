"""The sentences that the built-in model learns from, and those that it is tested with."""

import random
import re
import sys
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[2] / "recipes/inkling"
sys.path.insert(0, str(RECIPE))

import sentences  # noqa: E402

SMALL_WORDS = {"a", "an", "the", "of", "on", "in", "with", "to", "and", "that", "for", "its", "is"}
ALIKE = 0.75


def content(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", sentence.lower())) - SMALL_WORDS


def test_every_name_has_many_sentences_and_no_two_are_the_same():
    everything = [text for texts in sentences.descriptions().values() for text in texts]

    assert all(20 <= len(texts) <= 22 for texts in sentences.descriptions().values())
    assert len(set(everything)) == len(everything)
    assert set(sentences.SPOKEN) <= set(sentences.descriptions())


def test_no_sentence_of_the_test_is_among_those_that_are_learnt():
    learnt = {name: [content(t) for t in texts] for name, texts in sentences.descriptions().items()}
    for line in (RECIPE / "paraphrases.tsv").read_text(encoding="utf-8").splitlines():
        asked, names = line.split("\t")
        wanted = content(asked)
        for name in names.split("|"):
            shares = [len(wanted & words) / len(wanted | words) for words in learnt.get(name, [])]
            assert max(shares, default=0) < ALIKE, asked


@pytest.mark.parametrize("seed", range(2 * len(sentences.PAIRED)))
def test_what_is_said_first_stands_on_the_left(seed):
    left, right = ({"name": name, "style": "flat"} for name in ("octopus", "pizza"))

    for sentence in sentences.paired(left, right, random.Random(seed)):
        assert sentence.index("octopus") < sentence.index("pizza")


def test_a_record_has_the_same_sentences_each_time_and_some_were_written_for_its_name():
    record = {"name": "octopus", "style": "cartoon", "tags": ["sea"]}
    written = sentences.descriptions()["octopus"]

    pool = sentences.pool(record)

    assert pool == sentences.pool(record)
    assert sum(any(text in said for text in written) for said in pool) == sentences.DESCRIBED
