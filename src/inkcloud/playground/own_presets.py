"""The presets that people keep at the gateway."""

from dataclasses import dataclass, field
from typing import Any

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.preset import FIELDS, Preset, PresetKind
from inkcloud.playground.follow import PASSING
from inkcloud.playground.parameters import Parameters


@dataclass(frozen=True)
class OwnPresets:
    """What the gateway keeps.

    Attributes:
        presets: settings and prompts, by name.
        refusal: why the gateway keeps none for this page; None if it does.
    """

    presets: tuple[Preset, ...] = ()
    refusal: InkcloudError | None = field(default=None, compare=False)

    @property
    def may_change(self) -> bool:
        """Whether asking again may give another answer."""
        return isinstance(self.refusal, PASSING)


def fetch(client: InkcloudClient, owner: str) -> OwnPresets:
    """Return what the gateway keeps now.

    Args:
        client: reaches the gateway.
        owner: whose presets; "" is everybody's.
    """
    try:
        return OwnPresets(client.list_presets(owner))
    except InkcloudError as error:
        return OwnPresets(refusal=error)


def settings_values(parameters: Parameters, prompt: str) -> dict[str, Any]:
    """Return what a preset of settings keeps of a panel.

    Raises:
        InvalidRequest: if the panel holds what cannot be drawn.
    """
    request = parameters.request(prompt or "-").as_mapping()
    return {name: request[name] for name in FIELDS[PresetKind.SETTINGS]}


def applied(preset: Preset, parameters: Parameters) -> Parameters:
    """Return a panel's parameters with what a preset holds put in.

    Raises:
        InvalidRequest: if it holds what this version cannot draw.
    """
    if preset.kind is PresetKind.PROMPT:
        return parameters.with_negative_prompt(str(preset.values.get("negative_prompt", "")))
    found = Parameters.from_request({"prompt": "-", **preset.values})
    return found.with_negative_prompt(parameters.negative_prompt)
