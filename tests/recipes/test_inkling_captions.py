"""The sentences that the built-in model learns from, and those that it is tested with."""

import random
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[2] / "recipes/inkling"


def loaded():
    """Load the recipe's module, under a name that no other test's service has."""
    spec = spec_from_file_location("inkling_captions", RECIPE / "captions.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


captions = loaded()
SMALL_WORDS = {"a", "an", "the", "of", "on", "in", "with", "to", "and", "that", "for", "its", "is"}
ALIKE = 0.75


def content(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", sentence.lower())) - SMALL_WORDS


def test_every_name_has_six_sentences_and_no_two_are_the_same():
    everything = [text for sentences in captions.descriptions().values() for text in sentences]

    assert all(len(sentences) == 6 for sentences in captions.descriptions().values())
    assert len(set(everything)) == len(everything)
    assert set(captions.SPOKEN) <= set(captions.descriptions())


def test_no_sentence_of_the_test_is_among_those_that_are_learnt():
    learnt = {name: [content(t) for t in texts] for name, texts in captions.descriptions().items()}
    for line in (RECIPE / "paraphrases.tsv").read_text(encoding="utf-8").splitlines():
        asked, names = line.split("\t")
        wanted = content(asked)
        for name in names.split("|"):
            shares = [len(wanted & words) / len(wanted | words) for words in learnt.get(name, [])]
            assert max(shares, default=0) < ALIKE, asked


@pytest.mark.parametrize("seed", range(2 * len(captions.PAIRED)))
def test_what_is_said_first_stands_on_the_left(seed):
    left, right = ({"name": name, "style": "flat"} for name in ("octopus", "pizza"))

    for sentence in captions.paired(left, right, random.Random(seed)):
        assert sentence.index("octopus") < sentence.index("pizza")


def test_a_record_has_the_same_sentences_each_time_and_some_were_written_for_its_name():
    record = {"name": "octopus", "style": "cartoon", "tags": ["sea"]}
    written = captions.descriptions()["octopus"]

    sentences = captions.pool(record)

    assert sentences == captions.pool(record)
    assert (
        sum(any(text in sentence for text in written) for sentence in sentences)
        == captions.DESCRIBED
    )
