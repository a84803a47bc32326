"""The full record that a picture carries: enough to render it again and compare."""

from dataclasses import asdict, dataclass
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

    def as_mapping(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {"format": RECORD_FORMAT, **asdict(self), "scheduler": self.scheduler.value}

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
        missing = [field for field in cls.__dataclass_fields__ if field not in data]
        if missing:
            raise InvalidRequest(
                "The picture's record is incomplete.",
                field=missing[0],
                value=None,
                allowed="a record written by Inkcloud",
            )
        values = {field: data[field] for field in cls.__dataclass_fields__}
        return cls(**{**values, "scheduler": SamplerName.parse(data["scheduler"])})

    def request(self) -> GenerationRequest:
        """Return the request that renders this one picture again."""
        return GenerationRequest(
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
            num_inference_steps=self.num_inference_steps,
            scheduler=self.scheduler,
            guidance_scale=self.guidance_scale,
            seed=self.seed,
            width=self.width,
            height=self.height,
        )
