"""Every request about the presets of a gateway."""

from datetime import datetime
from typing import Any

from inkcloud.client import answers
from inkcloud.client.call import Call, json_body, path_part
from inkcloud.client.target import Target
from inkcloud.domain.preset import Preset, PresetKind


class PresetRequests:
    """Builds calls to a gateway.

    Args:
        target: the gateway.
    """

    def __init__(self, target: Target) -> None:
        self._presets = f"{target.base_url}/presets"

    def all(self, owner: str) -> Call[tuple[Preset, ...]]:
        """List somebody's presets."""
        read = answers.many(read_preset, "presets")
        return Call("GET", self._presets, read, params={"owner": owner} if owner else {})

    def save(self, kind: str, name: str, values: dict[str, Any], owner: str) -> Call[Preset]:
        """Save a preset."""
        body = {"kind": kind, "name": name, "values": values}
        content = json_body({**body, "owner": owner} if owner else body)
        return Call("POST", self._presets, answers.one(read_preset), content)

    def remove(self, id: str) -> Call[None]:
        """Remove a preset."""
        return Call("DELETE", f"{self._presets}/{path_part(id)}", answers.check)


def read_preset(data: dict[str, Any]) -> Preset:
    """Read the gateway's JSON of a preset.

    Raises:
        KeyError, TypeError, ValueError: if it cannot be read.
    """
    return Preset(
        id=str(data["id"]),
        kind=PresetKind(data["kind"]),
        name=str(data["name"]),
        values=dict(data["values"]),
        created=datetime.fromisoformat(data["created"]),
        owner=str(data.get("owner", "")),
    )
