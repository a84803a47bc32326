"""Presets: saved under a name, listed, removed."""

import secrets
from datetime import UTC, datetime

from inkcloud.domain.errors import Conflict, NotFound
from inkcloud.domain.preset import Preset, checked_kind, checked_name, checked_values
from inkcloud.storage.presets import PresetTable

MOST_PRESETS = 500


class Presets:
    """Keeps the presets of everybody who may draw at all endpoints of this service.

    Args:
        table: where they are kept.
    """

    def __init__(self, table: PresetTable) -> None:
        self._table = table

    def save(self, kind: object, name: object, values: object) -> tuple[Preset, bool]:
        """Save a preset and say whether it is a new one.

        Under a name that is taken the old values go, and the preset keeps its id.

        Args:
            kind: one of `PresetKind`.
            name: what people call it.
            values: fields of a request.

        Raises:
            InvalidRequest: names the field, its value and what is allowed.
            Conflict: if there are too many already.
        """
        chosen, title = checked_kind(kind), checked_name(name)
        content = checked_values(chosen, values)
        known = self._table.find(chosen, title)
        if known is None and len(self._table.all()) >= MOST_PRESETS:
            raise Conflict(
                f"There are {MOST_PRESETS} presets already. Remove some that are of no more use."
            )
        preset = Preset(
            id="pre_" + secrets.token_hex(8),
            kind=chosen,
            name=title,
            values=content,
            created=datetime.now(UTC),
        )
        return self._table.save(preset), known is None

    def list(self) -> list[Preset]:
        """Return every preset by name."""
        return self._table.all()

    def remove(self, preset_id: str) -> None:
        """Remove a preset.

        Raises:
            NotFound: if there is none of that id.
        """
        if not preset_id.isprintable() or not self._table.remove(preset_id):
            raise NotFound("There is no preset of that id.")
