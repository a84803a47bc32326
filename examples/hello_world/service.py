"""Counts letters, and spells a word one letter at a time."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from inkcloud.services.service import Service

Words = Annotated[str, Field(max_length=10_000, description="What to look at.")]


class Letters(BaseModel):
    """What a text is made of.

    Attributes:
        total: how many letters it has.
        commonest: the letter that it has most of, or nothing.
    """

    total: int
    commonest: str | None


class Spelling(Service):
    """Looks at words."""

    def infer(self, text: Words) -> Letters:
        """Count the letters of a text."""
        letters = Counter(letter for letter in text.lower() if letter.isalpha())
        commonest = letters.most_common(1)
        return Letters(total=letters.total(), commonest=commonest[0][0] if commonest else None)

    def spell(self, text: Words) -> Iterator[str]:
        """Spell a text; with "stream": true each letter comes by itself."""
        yield from (letter for letter in text if letter.isalpha())
