"""What is said to be unread is what transformers' tokenizer cuts off."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.prompt_length import PromptRuler
from support.tiny_checkpoints import make_tiny_sd

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@pytest.fixture(scope="module", params=["clip", "bert"])
def tokenizer(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / request.param
    return load_checkpoint(make_tiny_sd(folder, text=request.param), dtype="float32").tokenizer


def read_by_transformers(tokenizer, text: str) -> list[int]:
    return tokenizer(text, truncation=True, max_length=tokenizer.model_max_length)["input_ids"]


def test_a_text_that_fits_is_read_whole(tokenizer):
    measured = PromptRuler(tokenizer).measure("a cat")

    assert measured.tokens == len(read_by_transformers(tokenizer, "a cat"))
    assert measured.unread == ""


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from(["a", "cat", "red", "on", "the"]), max_size=40))
def test_without_what_is_unread_the_model_sees_the_same(tokenizer, words):
    text = " ".join(words)

    measured = PromptRuler(tokenizer).measure(text)

    read = text.removesuffix(measured.unread)
    assume(not read or read == text or read.endswith(" "))  # half a word is other tokens
    assert read_by_transformers(tokenizer, read) == read_by_transformers(tokenizer, text)
    assert PromptRuler(tokenizer).measure(read).unread == ""
    assert bool(measured.unread) == (measured.tokens > tokenizer.model_max_length)


@settings(max_examples=100, deadline=None)
@given(text=TEXT)
def test_any_text_is_measured_and_ends_with_what_is_unread(tokenizer, text):
    measured = PromptRuler(tokenizer).measure(text)

    assert text.strip().endswith(measured.unread)
    cut = len(read_by_transformers(tokenizer, text)) < measured.tokens
    assert cut == (measured.tokens > tokenizer.model_max_length)


def test_a_tokenizer_that_cuts_the_beginning_leaves_the_first_words_unread(tokenizer):
    ruler, text = PromptRuler(tokenizer), "red " + "cat " * 40 + "dog"
    assert ruler.measure(text).unread.endswith("dog")
    side = tokenizer.truncation_side
    tokenizer.truncation_side = "left"

    measured = PromptRuler(tokenizer).measure(text)

    tokenizer.truncation_side = side
    assert measured.unread.startswith("red cat")
    assert not measured.unread.endswith("dog")


def test_measuring_leaves_the_engines_tokenizer_as_it_is(tokenizer):
    read_by_transformers(tokenizer, "cat " * 40)
    before = tokenizer.backend_tokenizer.truncation

    PromptRuler(tokenizer).measure("cat " * 40)

    assert before is not None
    assert tokenizer.backend_tokenizer.truncation == before
