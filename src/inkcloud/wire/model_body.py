"""The body that pulls a model."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.stored_model import NAME_PATTERN
from inkcloud.models.hub import check_id
from inkcloud.models.pull import PullRequest

_FIELDS = ("id", "revision", "name", "file", "prediction")
_LONGEST = 300


class PullBody(BaseModel):
    """What to pull. Which hub and as whom is the gateway's own configuration."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(
        max_length=_LONGEST,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$",
        description="The hub's id, such as someone/some-model.",
    )
    revision: str = Field("", max_length=200, description="A branch, a tag or a commit.")
    name: str = Field("", pattern=f"^$|{NAME_PATTERN}", description="What to call it.")
    file: str = Field("", max_length=_LONGEST, description="The one safetensors file to take.")
    prediction: str = Field(
        "", pattern="^(|epsilon|v_prediction)$", description="For a file that does not say it."
    )


def decode_pull(body: dict[str, Any]) -> PullRequest:
    """Read a body that pulls a model.

    Raises:
        InvalidRequest: names the field, its value and what is allowed.
    """
    for name, value in body.items():
        if name not in _FIELDS:
            raise InvalidRequest(
                "There is no such field.",
                field=name,
                value=value,
                allowed="any of " + ", ".join(_FIELDS),
            )
    texts = {name: _text(name, body.get(name, "")) for name in _FIELDS}
    check_id(texts["id"], texts["revision"])
    prediction = Prediction.parse(texts.pop("prediction"))
    return PullRequest(**texts, prediction=prediction)


def _text(field: str, value: object) -> str:
    if isinstance(value, str) and len(value) <= _LONGEST and value.isprintable():
        return value
    raise InvalidRequest(
        f"The value of {field} is not allowed.",
        field=field,
        value=value,
        allowed=f"a text of at most {_LONGEST} printable characters",
    )
