"""Which endpoints use a model, read from the database."""

from pathlib import Path

from inkcloud.domain.errors import Conflict
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable

_SQLITE = "inkcloud.sqlite3"
_VARIABLE = "INKCLOUD_MODEL"


def users_of(model: str, data_dir: Path, database: str | None) -> list[str]:
    """Return the names of the endpoints that are told to load a model.

    Args:
        model: its name.
        data_dir: the data folder.
        database: the database's URL; None is SQLite in the data folder.

    Raises:
        StorageUnavailable, InvalidRequest, Conflict: if the database cannot be read.
    """
    if database is None and not (data_dir / _SQLITE).exists():
        return []
    opened = Database.in_folder(data_dir) if database is None else Database(database)
    try:
        return [
            endpoint.name
            for endpoint in EndpointTable(opened).all()
            if endpoint.environment.get(_VARIABLE) == model
        ]
    finally:
        opened.close()


def refuse_if_used(model: str, users: list[str]) -> None:
    """Refuse to take a model away from endpoints.

    Raises:
        Conflict: names them.
    """
    if users:
        raise Conflict(
            f"The model {model} is used by {_listed(users)}.",
            field="name",
            value=model,
            allowed="a model that no endpoint uses; --force removes it all the same, and then "
            "their next replicas cannot start",
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"the endpoint {shown}" if len(names) == 1 else f"the endpoints {shown}"
