"""A text as a service's input or output, in an object of its own."""

from typing import Any

from pydantic import BaseModel


class Text(BaseModel):
    """A text, on the wire `{"text": "..."}`; a plain `str` does as well.

    Attributes:
        text: the text itself.
    """

    text: str

    def __init__(self, *positional: str, **values: Any) -> None:
        """Make it from `text`, which may be given by position."""
        super().__init__(**dict(zip(("text",), positional, strict=False)), **values)

    def __add__(self, other: "Text | str") -> "Text":
        """Return both, one after the other."""
        return Text(self.text + str(other))

    def __mul__(self, times: int) -> "Text":
        """Return it so many times over."""
        return Text(self.text * times)

    def __contains__(self, part: "Text | str") -> bool:
        """Return whether it holds a text."""
        return str(part) in self.text

    def __getitem__(self, place: int | slice) -> "Text":
        """Return a part of it."""
        return Text(self.text[place])

    def __str__(self) -> str:
        """Return the text itself."""
        return self.text
