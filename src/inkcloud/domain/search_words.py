"""The words of a text as they are searched for, alike in every database."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def search_words(text: str) -> list[str]:
    """Return a text's words without capitals, accents and anything between them."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(each for each in plain if not unicodedata.combining(each)))
