"""The full record that a picture carries: enough to render it again and compare."""

import hashlib
from dataclasses import MISSING, asdict, dataclass, replace
from typing import Any

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName

RECORD_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything that decides a picture's pixels.

    It holds no time and no id, so that the same request gives the same PNG bytes.

    Attributes:
        checkpoint: the checkpoint's name.
        checkpoint_hash: SHA-256 of the checkpoint's files, 64 hex digits.
        dtype: the arithmetic of the model, for example "bfloat16".
        backend: what computed it, for example "torch-cpu".
        versions: program and library versions, for example {"inkcloud": "0.1.0"}.
        strength: how far the picture went from an image; None if it began as noise alone.
        image_sha256: SHA-256 of the file of the image that it began as, 64 hex digits.
        prediction: what the caller said that the UNet predicts; None if the checkpoint said it.
        variation_seed: the seed that the starting noise was turned towards; None if it was not.
        variation_strength: how far it was turned, above 0 and up to 1; None if it was not.
    """

    prompt: str
    negative_prompt: str
    num_inference_steps: int
    scheduler: SamplerName
    guidance_scale: float
    seed: int
    width: int
    height: int
    checkpoint: str
    checkpoint_hash: str
    dtype: str
    backend: str
    versions: dict[str, str]
    strength: float | None = None
    image_sha256: str | None = None
    prediction: str | None = None
    variation_seed: int | None = None
    variation_strength: float | None = None

    def as_mapping(self) -> dict[str, Any]:
        """Return the record as plain JSON values, without what does not apply."""
        values = {name: value for name, value in asdict(self).items() if value is not None}
        return {"format": RECORD_FORMAT, **values, "scheduler": self.scheduler.value}

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "Record":
        """Read `as_mapping`'s form.

        Raises:
            InvalidRequest: if a field is missing or the format is a newer one.
        """
        if not isinstance(data, dict) or data.get("format") != RECORD_FORMAT:
            raise InvalidRequest(
                "The picture's record has a format that this version cannot read.",
                field="format",
                value=data.get("format") if isinstance(data, dict) else None,
                allowed=str(RECORD_FORMAT),
            )
        fields = cls.__dataclass_fields__
        missing = [
            name for name, field in fields.items() if field.default is MISSING and name not in data
        ]
        if missing:
            raise InvalidRequest(
                "The picture's record is incomplete.",
                field=missing[0],
                value=None,
                allowed="a record written by Inkcloud",
            )
        values = {name: data[name] for name in fields if name in data}
        return cls(**{**values, "scheduler": SamplerName.parse(data["scheduler"])})

    def request(self, image: bytes | None = None) -> GenerationRequest:
        """Return the request that renders this one picture again.

        Args:
            image: the file of the image that it began as, if it began as one.

        Raises:
            InvalidRequest: if the image is missing, not wanted, or another one.
        """
        self._check_image(image)
        request = GenerationRequest(
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
            num_inference_steps=self.num_inference_steps,
            scheduler=self.scheduler,
            guidance_scale=self.guidance_scale,
            seed=self.seed,
            width=self.width,
            height=self.height,
            variation_seed=self.variation_seed,
            variation_strength=self.variation_strength or 0.0,
        )
        if self.strength is None:
            return request
        return replace(request, image=image, strength=self.strength)

    def _check_image(self, image: bytes | None) -> None:
        if self.image_sha256 is None:
            if image is not None:
                raise InvalidRequest(
                    "The picture did not begin as an image.",
                    field="image",
                    value=f"{len(image)} bytes",
                    allowed="no image for this picture",
                )
            return
        given = None if image is None else hashlib.sha256(image).hexdigest()
        if given != self.image_sha256:
            raise InvalidRequest(
                "The picture began as an image, which it does not hold. Its file is needed too."
                if given is None
                else "This is not the image that the picture began as.",
                field="image",
                value=given and f"a file with SHA-256 {given}",
                allowed=f"the file with SHA-256 {self.image_sha256}",
            )
