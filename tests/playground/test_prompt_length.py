import pytest

from inkcloud.playground.prompt_length import unread_sentence


@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        ("a cat", "", ""),
        ("a cat, on a mat!", "!", ""),
        ("a cat on a mat", "mat", "The last word of the prompt is not read"),
        ("a cat on a mat ", "a mat", "The last 2 words of the prompt are not read"),
        ("a photorealistic cat", "realistic cat", "“…realistic cat”"),
        ("a cat, on a mat", ", on a mat", "The last 3 words"),
        ("a cat on a mat", "a cat", "The first 2 words of the prompt are not read"),
        ("cat " * 90, ("cat " * 80).strip(), "cat…”"),
    ],
)
def test_what_is_not_read_is_said_in_words(text, part, said):
    sentence = unread_sentence(text, part)

    assert said in sentence
    assert bool(sentence) == bool(said)
    assert len(sentence) < 260
