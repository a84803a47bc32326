"""Pictures and files among a request's inputs: what is refused, and what is to blame."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from inkcloud.domain.errors import InvalidRequest
from inkcloud.replica.octoai_names import is_media, is_media_url

_BASE64_FIELDS = ("data", "image_b64", "audio_b64")  # the latter two in octoai-sdk 0.1
_FORM = '{"data": "<base64>"}'


def check_media(inputs: dict[str, Any]) -> None:
    """Check every picture and file, however deep it lies in the inputs.

    Raises:
        InvalidRequest: for one that is an address, which the service would open on its own
            network, or that is not base64.
    """
    for field, value in _models(inputs):
        if is_media_url(type(value)):
            raise InvalidRequest(
                "A file is not fetched from an address. Send its bytes.",
                field=field,
                value=str(getattr(value, "url", "")),
                allowed=_FORM,
            )
        if is_media(type(value)):
            _check_base64(field, value)


def unreadable(inputs: dict[str, Any]) -> InvalidRequest | None:
    """Return the error for the first picture that is none, for a service that has failed."""
    for field, value in _models(inputs):
        is_valid = getattr(value, "is_valid", None)
        if is_media(type(value)) and hasattr(value, "to_pil") and is_valid and not is_valid():
            return InvalidRequest(
                "The picture cannot be read.",
                field=field,
                allowed="a whole PNG, JPEG, WebP or GIF file in base64",
            )
    return None


def _check_base64(field: str, value: BaseModel) -> None:
    for name in _BASE64_FIELDS:
        data = getattr(value, name, None)
        if isinstance(data, bytes | str):
            try:
                base64.b64decode(data)
            except (binascii.Error, ValueError) as error:
                raise InvalidRequest(
                    f"The file is not base64: {error}.", field=f"{field}.{name}", allowed=_FORM
                ) from None


def _models(value: object, field: str = "") -> Iterator[tuple[str, BaseModel]]:
    """Yield every pydantic model among the values, and where it stands."""
    if isinstance(value, BaseModel):
        yield field, value
        yield from _models({name: getattr(value, name) for name in type(value).model_fields}, field)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _models(item, f"{field}.{name}" if field else str(name))
    elif isinstance(value, list | tuple | set | frozenset):
        for number, item in enumerate(value):
            yield from _models(item, f"{field}.{number}")
