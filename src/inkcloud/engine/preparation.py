"""What preparing a model goes through, and how far it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage of preparing.

    Attributes:
        text: what is done, for people.
        done: steps of it that are done.
        total: how many there are; 0 if nobody knows.
    """

    text: str
    done: int = 0
    total: int = 0
