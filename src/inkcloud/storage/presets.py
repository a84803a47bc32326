"""The presets that people keep."""

from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from inkcloud.domain.preset import Preset, PresetKind
from inkcloud.storage.database import Database
from inkcloud.storage.schema import PRESETS


class PresetTable:
    """Keeps each preset; a kind has every name once.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, preset: Preset) -> Preset:
        """Keep a preset; one of the same kind and name gets its values and keeps its id."""
        same = PRESETS.c.kind == preset.kind.value, PRESETS.c.name == preset.name
        values = {
            "id": preset.id,
            "kind": preset.kind.value,
            "name": preset.name,
            "content": preset.values,
            "created": preset.created,
        }
        changed = update(PRESETS).where(*same).values(content=preset.values)
        try:
            with self._database.write() as connection:
                if connection.execute(changed).rowcount == 0:
                    connection.execute(insert(PRESETS).values(values))
        except IntegrityError:  # somebody else saved the same name meanwhile
            with self._database.write() as connection:
                connection.execute(changed)
        return self._database.fetch(select(PRESETS).where(*same), _preset)[0]

    def find(self, kind: PresetKind, name: str) -> Preset | None:
        """Return the preset of that kind and name, or None when there is none."""
        query = select(PRESETS).where(PRESETS.c.kind == kind.value, PRESETS.c.name == name)
        return next(iter(self._database.fetch(query, _preset)), None)

    def all(self) -> list[Preset]:
        """Return every preset by name."""
        query = select(PRESETS).order_by(func.lower(PRESETS.c.name), PRESETS.c.id)
        return self._database.fetch(query, _preset)

    def remove(self, preset_id: str) -> bool:
        """Remove a preset and say whether there was one of that id."""
        with self._database.write() as connection:
            removed = connection.execute(delete(PRESETS).where(PRESETS.c.id == preset_id))
        return bool(removed.rowcount)


def _preset(row: Row[Any]) -> Preset:
    return Preset(
        id=row.id,
        kind=PresetKind(row.kind),
        name=row.name,
        values=dict(row.content),
        created=row.created,
    )
