"""One panel's parameters, as its fields hold them."""

from dataclasses import dataclass, replace
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import DEFAULT_STRENGTH, GenerationRequest, skipped_steps
from inkcloud.domain.limits import MAXIMUM_SEED, Limits
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.previews import steps_between_previews

LIMITS = Limits()
# A browser's slider gives 7.6000000000000005 where 7.6 is meant.
DECIMALS = 10


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What a panel's fields hold.

    Attributes:
        negative_prompt: what to keep out of the picture.
        steps: sampling steps.
        scheduler: the sampler.
        guidance_scale: weight of the prompt.
        seed: text, because a browser's number field is exact only up to 2^53 - 1.
        width: pixels; None is the model's native width.
        height: pixels; None is the model's native height.
        images: how many pictures; picture i uses `seed + i`.
        variation_seed: text like `seed`; the seed whose noise is mixed in, "" for none.
        variation_strength: how much of the variation seed's noise, 0 to 1.
        strength: how far to go from the picture that all panels begin as, if there is one.
        skipped: how many of the steps are left out because of it; see `as_drawn`.
    """

    negative_prompt: str
    steps: int
    scheduler: SamplerName
    guidance_scale: float
    seed: str
    width: int | None = None
    height: int | None = None
    images: int = 1
    variation_seed: str = ""
    variation_strength: float = 0.0
    strength: float = DEFAULT_STRENGTH
    skipped: int = 0

    @property
    def made(self) -> int:
        """The steps that are really made."""
        return self.steps - self.skipped

    @property
    def varied(self) -> bool:
        """Whether any of another seed's noise is mixed in."""
        return bool(self.variation_seed.strip()) and self.variation_strength > 0

    def with_negative_prompt(self, text: str) -> "Parameters":
        """Return the same parameters with another negative prompt."""
        return replace(self, negative_prompt=text)

    def as_drawn(self, *, from_picture: bool) -> "Parameters":
        """Return the same parameters, and which steps beginning as a picture leaves out."""
        if not from_picture:
            return self
        return replace(self, skipped=skipped_steps(self.steps, self.strength))

    def request(
        self, prompt: str, image: bytes | None = None, seconds: float | None = None
    ) -> GenerationRequest:
        """Return the request for this prompt.

        Args:
            prompt: what to draw.
            image: the file of the picture to begin as; None begins as noise.
            seconds: that it will take, which decides how many previews come; None if nobody knows.

        Raises:
            InvalidRequest: names the first field whose value is not allowed.
        """
        self._check_variation()
        request = GenerationRequest(
            prompt=prompt,
            negative_prompt=self.negative_prompt,
            num_inference_steps=self.steps,
            scheduler=self.scheduler,
            guidance_scale=round(self.guidance_scale, DECIMALS),
            seed=parse_seed(self.seed),
            width=self.width,
            height=self.height,
            num_images=self.images,
            variation_seed=parse_seed(self.variation_seed) if self.varied else None,
            variation_strength=self.variation_strength if self.varied else 0.0,
            preview_every=steps_between_previews(self.steps, seconds),
            image=image,
            strength=round(self.strength, DECIMALS),
        )
        return request.validated(LIMITS)

    def _check_variation(self) -> None:
        if self.variation_seed.strip():
            parse_seed(self.variation_seed, "variation_seed")
        if not 0 <= self.variation_strength <= 1:
            raise InvalidRequest(
                "The value of variation_strength is not allowed.",
                field="variation_strength",
                value=self.variation_strength,
                allowed="a number from 0 to 1",
            )

    @classmethod
    def from_request(cls, request: dict[str, Any]) -> "Parameters":
        """Return the parameters that a request, as plain values, was made with.

        The picture that it begins as, which is only named there, is left out.

        Raises:
            InvalidRequest: if it is not a request that a panel can show.
        """
        without = {**request, "image": None}
        known = GenerationRequest.from_mapping(without).validated(LIMITS)
        return cls(
            negative_prompt=known.negative_prompt,
            steps=known.num_inference_steps,
            scheduler=known.scheduler,
            guidance_scale=known.guidance_scale,
            seed=str(known.seed),
            width=known.width,
            height=known.height,
            images=known.num_images,
            variation_seed="" if known.variation_seed is None else str(known.variation_seed),
            variation_strength=known.variation_strength,
            strength=known.strength,
        )


def parse_seed(text: str, field: str = "seed") -> int:
    """Return the seed that a text means; spaces around it do not matter.

    Args:
        text: what was typed.
        field: the request's name for it, for the error.

    Raises:
        InvalidRequest: if it is not a whole number from 0 to 2^64 - 1.
    """
    digits = text.strip()
    # isdecimal alone would also take digits of other scripts, which the person may not have meant.
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 40) or (
        int(digits) > MAXIMUM_SEED
    ):
        raise InvalidRequest(
            f"The value of {field} is not allowed." if digits else "The seed is missing.",
            field=field,
            value=text,
            allowed=f"a whole number from 0 to {MAXIMUM_SEED}",
        )
    return int(digits)
