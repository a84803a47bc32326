"""The presets of a gateway."""

from typing import Any

from inkcloud.client.sender import Sender
from inkcloud.domain.preset import Preset


class PresetCalls(Sender):
    """The calls about presets, for a client that can send."""

    def list_presets(self, owner: str = "") -> tuple[Preset, ...]:
        """Return presets by name; this needs a token for the whole service.

        Args:
            owner: whose; "" is everybody's.
        """
        return self._send(self._presets.all(owner))

    def save_preset(self, kind: str, name: str, values: dict[str, Any], owner: str = "") -> Preset:
        """Save a preset; under a name that its kind has already, the old values go.

        Args:
            kind: "settings" or "prompt".
            name: what to call it.
            values: fields of a request: `prompt` and `negative_prompt`, or all others.
            owner: whose it is, as you call people; "" is everybody's.
        """
        return self._send(self._presets.save(kind, name, values, owner))

    def remove_preset(self, id: str) -> None:
        """Remove a preset."""
        self._send(self._presets.remove(id))
