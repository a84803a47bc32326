"""The presets that people keep."""

from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from inkcloud.domain.preset import Preset, PresetKind
from inkcloud.storage.database import Database
from inkcloud.storage.schema import PRESETS


class PresetTable:
    """Keeps each preset; everybody has every name of a kind once.

    Args:
        database: where they lie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, preset: Preset) -> Preset:
        """Keep a preset; one of the same owner, kind and name gets its values, keeps its id."""
        same = _same(preset.owner, preset.kind, preset.name)
        values = {
            "id": preset.id,
            "kind": preset.kind.value,
            "name": preset.name,
            "content": preset.values,
            "created": preset.created,
            "owner": preset.owner,
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

    def find(self, owner: str, kind: PresetKind, name: str) -> Preset | None:
        """Return an owner's preset of that kind and name, or None when there is none."""
        query = select(PRESETS).where(*_same(owner, kind, name))
        return next(iter(self._database.fetch(query, _preset)), None)

    def all(self, owner: str) -> list[Preset]:
        """Return an owner's presets by name."""
        query = select(PRESETS).where(PRESETS.c.owner == owner)
        return self._database.fetch(
            query.order_by(func.lower(PRESETS.c.name), PRESETS.c.id), _preset
        )

    def count(self, owner: str | None = None) -> int:
        """Return how many presets somebody has, or all together."""
        query = select(func.count()).select_from(PRESETS)
        if owner is not None:
            query = query.where(PRESETS.c.owner == owner)
        return self._database.fetch(query, lambda row: int(row[0]))[0]

    def remove(self, preset_id: str) -> bool:
        """Remove a preset and say whether there was one of that id."""
        with self._database.write() as connection:
            removed = connection.execute(delete(PRESETS).where(PRESETS.c.id == preset_id))
        return bool(removed.rowcount)


def _same(owner: str, kind: PresetKind, name: str) -> tuple[ColumnElement[bool], ...]:
    return PRESETS.c.owner == owner, PRESETS.c.kind == kind.value, PRESETS.c.name == name


def _preset(row: Row[Any]) -> Preset:
    return Preset(
        id=row.id,
        kind=PresetKind(row.kind),
        name=row.name,
        values=dict(row.content),
        created=row.created,
        owner=row.owner,
    )
