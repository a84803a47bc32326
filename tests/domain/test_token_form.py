"""Tokens: random, checkable, never kept."""

import pytest

from inkcloud.domain.token import is_well_formed, new_token, token_hash


def test_a_new_token_is_well_formed_and_never_the_same():
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(is_well_formed(token) for token in tokens)


def test_every_mistyped_character_is_noticed():
    token = new_token()
    for place in range(len(token)):
        wrong = "a" if token[place] != "a" else "b"
        assert not is_well_formed(token[:place] + wrong + token[place + 1 :])


@pytest.mark.parametrize("text", ["", "ink_", "ink_" + "é" * 36, "x" * 10_000])
def test_other_texts_are_no_tokens(text):
    assert not is_well_formed(text)


def test_the_hash_is_sha256_and_takes_any_text():
    assert token_hash("abc").startswith("ba7816bf")
    assert len(token_hash("\ud800")) == 64
