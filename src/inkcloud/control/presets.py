"""Presets: saved under a name, listed, removed."""

import secrets
from datetime import UTC, datetime

from inkcloud.domain.errors import Conflict, NotFound
from inkcloud.domain.preset import Preset, checked_kind, checked_name, checked_owner, checked_values
from inkcloud.storage.presets import PresetTable

MOST_PRESETS = 500
MOST_IN_ALL = 20_000


class Presets:
    """Keeps presets for everybody who may draw at all endpoints of this service.

    A preset may belong to one of the people whom the caller knows, such as those who have signed
    in at the playground. That keeps people's presets apart; it is no secret from the caller.

    Args:
        table: where they are kept.
    """

    def __init__(self, table: PresetTable) -> None:
        self._table = table

    def save(
        self, kind: object, name: object, values: object, owner: object = ""
    ) -> tuple[Preset, bool]:
        """Save a preset and say whether it is a new one.

        Under a name that is taken the old values go, and the preset keeps its id.

        Args:
            kind: one of `PresetKind`.
            name: what people call it.
            values: fields of a request.
            owner: whose it is; "" is everybody's.

        Raises:
            InvalidRequest: names the field, its value and what is allowed.
            Conflict: if there are too many already.
        """
        chosen, title, whose = checked_kind(kind), checked_name(name), checked_owner(owner)
        content = checked_values(chosen, values)
        known = self._table.find(whose, chosen, title)
        if known is None:
            self._check_room(whose)
        preset = Preset(
            id="pre_" + secrets.token_hex(8),
            kind=chosen,
            name=title,
            values=content,
            created=datetime.now(UTC),
            owner=whose,
        )
        return self._table.save(preset), known is None

    def list(self, owner: object = "") -> list[Preset]:
        """Return somebody's presets by name.

        Args:
            owner: whose; "" is everybody's.

        Raises:
            InvalidRequest: if that can be nobody.
        """
        return self._table.all(checked_owner(owner))

    def remove(self, preset_id: str) -> None:
        """Remove a preset.

        Raises:
            NotFound: if there is none of that id.
        """
        if not preset_id.isprintable() or not self._table.remove(preset_id):
            raise NotFound("There is no preset of that id.")

    def _check_room(self, owner: str) -> None:
        for count, most in (
            (self._table.count(owner), MOST_PRESETS),
            (self._table.count(), MOST_IN_ALL),
        ):
            if count >= most:
                raise Conflict(
                    f"There are {most} presets already. Remove some that are of no more use."
                )
