"""What every dialect calls the samplers: one table for all of them."""

from dataclasses import dataclass

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName


@dataclass(frozen=True, kw_only=True)
class SamplerNames:
    """One sampler's names.

    Attributes:
        sampler: the sampler.
        octoai: its names in OctoAI's APIs, the one to show first.
        web_ui: its name in the web UI, and the short names that its API takes.
    """

    sampler: SamplerName
    octoai: tuple[str, ...]
    web_ui: tuple[str, ...]


SAMPLERS = (
    SamplerNames(
        sampler=SamplerName.DPM_SOLVER_MULTISTEP,
        octoai=("DPM_SOLVER_MULTISTEP", "DPMSolverMultistep", "K_DPMPP_2M"),
        web_ui=("DPM++ 2M", "k_dpmpp_2m"),
    ),
    SamplerNames(
        sampler=SamplerName.K_EULER_ANCESTRAL,
        octoai=("K_EULER_ANCESTRAL",),
        web_ui=("Euler a", "k_euler_a", "k_euler_ancestral"),
    ),
    SamplerNames(sampler=SamplerName.K_EULER, octoai=("K_EULER",), web_ui=("Euler", "k_euler")),
    SamplerNames(sampler=SamplerName.KLMS, octoai=("KLMS", "LMS"), web_ui=("LMS", "k_lms")),
    SamplerNames(sampler=SamplerName.DDIM, octoai=("DDIM",), web_ui=("DDIM", "ddim")),
    SamplerNames(sampler=SamplerName.PNDM, octoai=("PNDM",), web_ui=("PLMS", "plms")),
)
_BY_NAME = {name.casefold(): row.sampler for row in SAMPLERS for name in (*row.octoai, *row.web_ui)}


def parse(name: object, field: str) -> SamplerName:
    """Return the sampler that any dialect calls by this name; letter case does not matter.

    Raises:
        InvalidRequest: for a name that no sampler has.
    """
    if isinstance(name, str) and name.strip().casefold() in _BY_NAME:
        return _BY_NAME[name.strip().casefold()]
    try:
        return SamplerName.parse(name, field=field)
    except InvalidRequest as error:
        error.message = "There is no sampler of that name."
        raise
