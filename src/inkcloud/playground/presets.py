"""What the panels start with, and what they can be set back to."""

from dataclasses import dataclass, replace

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.parameters import Parameters

DEFAULT_PROMPT = "A photo of an octopus playing chess"


@dataclass(frozen=True)
class NegativeExample:
    """A ready-made negative prompt.

    Attributes:
        label: the short name that the page shows.
        text: the negative prompt itself.
    """

    label: str
    text: str


NEGATIVE_EXAMPLES = (
    NegativeExample("Blurry", "Blurry photo, distortion, low-res, bad quality"),
    NegativeExample("Dark", "Dark photo, noise, pixelated, low contrast"),
    NegativeExample(
        "Cartoonish", "Cartoonish photo, unrealistic colors, low details, bad lighting"
    ),
)


@dataclass(frozen=True)
class Preset:
    """A pairing of scheduler and step count that is known to work well.

    Attributes:
        name: what the page calls it.
        parameters: what it sets; its negative prompt is only a panel's first one.
    """

    name: str
    parameters: Parameters

    def applied_to(self, parameters: Parameters) -> Parameters:
        """Return the preset's values beside what is there already and is not its to set."""
        own = self.parameters
        return replace(
            parameters,
            steps=own.steps,
            scheduler=own.scheduler,
            guidance_scale=own.guidance_scale,
            seed=own.seed,
        )


def _preset(
    scheduler: SamplerName, steps: int, guidance_scale: float, seed: int, negative: NegativeExample
) -> Preset:
    parameters = Parameters(
        negative_prompt=negative.text,
        steps=steps,
        scheduler=scheduler,
        guidance_scale=guidance_scale,
        seed=str(seed),
    )
    return Preset(f"{scheduler.value}, {steps} steps", parameters)


PRESETS = (
    _preset(SamplerName.DPM_SOLVER_MULTISTEP, 20, 7.5, 42, NEGATIVE_EXAMPLES[0]),
    _preset(SamplerName.K_EULER, 30, 10.0, 24, NEGATIVE_EXAMPLES[1]),
    _preset(SamplerName.K_EULER_ANCESTRAL, 35, 5.0, 1, NEGATIVE_EXAMPLES[2]),
)


def preset_named(name: str) -> Preset:
    """Return the preset of that name.

    Raises:
        LookupError: if there is none.
    """
    for preset in PRESETS:
        if preset.name == name:
            return preset
    message = f"There is no preset called {name!r}."
    raise LookupError(message)


def matching_preset(parameters: Parameters) -> Preset | None:
    """Return the preset whose values these are, whatever the negative prompt."""
    return next((p for p in PRESETS if p.applied_to(parameters) == parameters), None)


def matching_example(negative_prompt: str) -> NegativeExample | None:
    """Return the example whose text this is."""
    return next((e for e in NEGATIVE_EXAMPLES if e.text == negative_prompt.strip()), None)
