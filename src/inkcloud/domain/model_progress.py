"""How far the work on a model has come."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ModelProgress:
    """A moment of a pull, a copy or a check.

    Attributes:
        stage: "looking", "downloading", "copying", "hashing" or "inspecting".
        file: the file at work; "" if none is.
        file_done: bytes of it.
        file_total: bytes that it has.
        done: bytes of all files.
        total: bytes that they have.
        note: a sentence for people that is said once; "" mostly.
    """

    stage: str
    file: str = ""
    file_done: int = 0
    file_total: int = 0
    done: int = 0
    total: int = 0
    note: str = ""
