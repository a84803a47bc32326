"""The six samplers' names, and every other name that clients call them by."""

from enum import StrEnum

from inkcloud.domain.errors import InvalidRequest


class SamplerName(StrEnum):
    """A sampler, by the name that the tutorial and the interface use ("scheduler")."""

    PNDM = "PNDM"
    KLMS = "KLMS"
    DDIM = "DDIM"
    K_EULER = "K_EULER"
    K_EULER_ANCESTRAL = "K_EULER_ANCESTRAL"
    DPM_SOLVER_MULTISTEP = "DPMSolverMultistep"

    @classmethod
    def parse(cls, name: object, *, field: str = "scheduler") -> "SamplerName":
        """Return the sampler of that name or alias; letter case does not matter.

        Raises:
            InvalidRequest: for a name that no sampler has.
        """
        found = _BY_NAME.get(_fold(name)) if isinstance(name, str) else None
        if found is None:
            raise InvalidRequest(
                "There is no scheduler of that name.",
                field=field,
                value=name,
                allowed="one of " + ", ".join(cls),
            )
        return found

    @property
    def infotext_name(self) -> str:
        """The name that picture metadata uses across the web UI's ecosystem."""
        return _INFOTEXT[self]

    def network_calls(self, steps: int, skipped: int = 0) -> int:
        """Return how often the network is called.

        PNDM does its first step twice, unless it is asked for too few for its formula, or has
        only one to do.

        Args:
            steps: the steps that are asked for.
            skipped: how many of them a picture that it begins as leaves out.
        """
        made = steps - skipped
        twice = self is SamplerName.PNDM and steps >= FEWEST_FOR_MULTISTEP and made > 1
        return made + 1 if twice else made


# Across longer steps PNDM's formula overshoots and draws noise; see docs/decisions/0010.
FEWEST_FOR_MULTISTEP = 10


_INFOTEXT = {
    SamplerName.PNDM: "PLMS",
    SamplerName.KLMS: "LMS",
    SamplerName.DDIM: "DDIM",
    SamplerName.K_EULER: "Euler",
    SamplerName.K_EULER_ANCESTRAL: "Euler a",
    SamplerName.DPM_SOLVER_MULTISTEP: "DPM++ 2M",
}

_ALIASES = {
    SamplerName.PNDM: ("PLMS", "PNDMScheduler"),
    SamplerName.KLMS: ("LMS", "K_LMS", "LMSDiscreteScheduler"),
    SamplerName.DDIM: ("DDIMScheduler",),
    SamplerName.K_EULER: ("Euler", "EulerDiscreteScheduler"),
    SamplerName.K_EULER_ANCESTRAL: ("Euler a", "EulerAncestralDiscreteScheduler"),
    SamplerName.DPM_SOLVER_MULTISTEP: (
        "DPM_SOLVER_MULTISTEP",
        "DPM++ 2M",
        "K_DPMPP_2M",
        "DPMSolverMultistepScheduler",
    ),
}


def _fold(name: str) -> str:
    return name.strip().casefold()


_BY_NAME = {
    _fold(alias): sampler
    for sampler in SamplerName
    for alias in (sampler.value, sampler.infotext_name, *_ALIASES[sampler])
}
