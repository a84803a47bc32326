"""A run of cells: what is drawn, and the names under which the gateway keeps it."""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from inkcloud.domain.errors import InvalidRequest
from inkcloud.playground.cells import address
from inkcloud.playground.cells.definition import CellsDefinition

# The gateway forgets a generation 24 hours after its end.
KEPT_SECONDS = 23 * 3600.0
MOST_ROUNDS = 99


@dataclass(frozen=True, kw_only=True)
class CellRun:
    """A run.

    Attributes:
        definition: what is drawn.
        id: when it began and a random part, so that nobody can guess it.
        kind: the first part of its generations' tags: the page that it belongs to.
        round: how often it was taken up again after it was stopped, from 1.
        stopped: whether a person has stopped this round.
    """

    definition: CellsDefinition
    id: str
    kind: str = "grid"
    round: int = 1
    stopped: bool = False

    _ID: ClassVar = re.compile(r"[0-9a-f]{8}-[0-9a-f]{12}", re.ASCII)
    _TAG: ClassVar = re.compile(r"(\d{3})/(\d{1,2})", re.ASCII)

    @classmethod
    def new(cls, definition: CellsDefinition, kind: str = "grid") -> "CellRun":
        """Return a fresh run, which begins now."""
        return cls(
            definition=definition,
            id=f"{int(time.time()):08x}-{secrets.token_hex(6)}",
            kind=kind,
        )

    @property
    def began(self) -> float:
        """When it began, in seconds since 1970."""
        return float(int(self.id[:8], 16))

    @property
    def prefix(self) -> str:
        """What the tags of all of its generations begin with."""
        return f"{self.kind}/{self.id}/"

    def tag(self, cell: int) -> str:
        """Return the tag of a cell's generation in this round."""
        return f"{self.prefix}{cell:03d}/{self.round}"

    def key(self, cell: int, *, failed: bool) -> str:
        """Return the idempotency key of a cell's generation.

        It is the same in every round, so that a page which may not list generations still finds
        a picture of an earlier one. A cancelled generation lets go of its key, but a failed one
        does not: to be tried again it needs a key of this round.

        Args:
            cell: the cell's index.
            failed: whether the cell is known to have failed before.
        """
        return self.tag(cell) if failed else f"{self.prefix}{cell:03d}"

    def cell_of(self, tag: str) -> tuple[int, int] | None:
        """Return the cell and the round that a tag names; None if it is none of this run."""
        if not tag.startswith(self.prefix):
            return None
        found = self._TAG.fullmatch(tag.removeprefix(self.prefix))
        if found is None or int(found[1]) >= self.definition.count:
            return None
        return int(found[1]), int(found[2])

    def to_query(self) -> dict[str, str]:
        """Return what the page's address keeps.

        Raises:
            InvalidRequest: if the definition is too long for an address.
        """
        query = {"cells": address.encode(self.definition), "run": self.id}
        if self.round > 1:
            query["round"] = str(self.round)
        if self.stopped:
            query["stopped"] = "1"
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, str], kind: str = "grid") -> "CellRun | None":
        """Read `to_query`'s form; None if the address names no run.

        Raises:
            InvalidRequest: if it names one that cannot be read.
        """
        if not query.get("cells") or not query.get("run"):
            return None
        run, round_ = query["run"], query.get("round", "1")
        counts = round_.isascii() and round_.isdecimal() and 1 <= len(round_) <= 2
        if not cls._ID.fullmatch(run) or not counts or not 1 <= int(round_) <= MOST_ROUNDS:
            raise InvalidRequest(
                "The address names no run that this version can read.",
                field="cells",
                value=f"run={run}, round={round_}",
                allowed="an address that was copied as a whole",
            )
        return cls(
            definition=address.decode(query["cells"]),
            id=run,
            kind=kind,
            round=int(round_),
            stopped=query.get("stopped") == "1",
        )
