"""A picture, a sound or any file as a service's input or output."""

import base64
import binascii
import re
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, Field, HttpUrl, field_serializer, field_validator

MAXIMUM_DOWNLOAD_BYTES = 10 * 1024 * 1024
DOWNLOAD_SECONDS = 30.0

_DATA_URL = re.compile(rb"data:[^,]{0,100};base64,")
_OK = 200


class MediaUrl(BaseModel):
    """The address of a file that lies elsewhere.

    A service may answer with one. A request that holds one is refused: nothing is fetched
    on a client's word.
    """

    url: HttpUrl

    @field_serializer("url")
    def _plain(self, url: HttpUrl) -> str:
        return str(url)


class Media(BaseModel):
    """A file, on the wire `{"data": "<base64>"}`.

    Attributes:
        data: the file in base64, or its address.
    """

    data: bytes | MediaUrl = Field(description="the file's bytes in base64")

    def __init__(self, *positional: bytes | MediaUrl, **values: Any) -> None:
        """Make it from `data`, which may be given by position.

        Raises:
            ValidationError: if it is not base64.
        """
        super().__init__(**dict(zip(("data",), positional, strict=False)), **values)

    @field_validator("data")
    @classmethod
    def _check(cls, data: bytes | MediaUrl) -> bytes | MediaUrl:
        if isinstance(data, MediaUrl):
            return data
        text = b"".join(_DATA_URL.sub(b"", data, count=1).split())
        try:
            base64.b64decode(text, validate=True)
        except binascii.Error as error:
            message = f"data is not base64: {error}"
            raise ValueError(message) from None
        return text

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Make it from a file's bytes."""
        return cls(data=base64.b64encode(content))

    @classmethod
    def from_base64(cls, b64: bytes | str) -> Self:
        """Make it from a file's bytes in base64."""
        return cls(data=b64)

    @classmethod
    def from_endpoint_response(cls, resp_dict: dict[str, Any], key: str) -> Self:
        """Take it from an endpoint's answer, in or out of its envelope.

        Raises:
            ValueError: if the answer has no such key.
        """
        inner = resp_dict.get("output")
        for answer in (resp_dict, inner if isinstance(inner, dict) else {}):
            if key in answer:
                return cls(**answer[key])
        message = f"The answer has no {key}."
        raise ValueError(message)

    @classmethod
    def from_file(cls, file_name: str | Path) -> Self:
        """Read a local file.

        Raises:
            ValueError: if there is none of that name.
        """
        if not Path(file_name).is_file():
            message = f"There is no file {file_name}."
            raise ValueError(message)
        return cls.from_bytes(Path(file_name).read_bytes())

    @classmethod
    def from_url(cls, url: str, b64: bool = False, follow_redirects: bool = False) -> Self:
        """Make it from an address that the service itself has chosen.

        Args:
            url: an http or https address.
            b64: whether to fetch the file now, at most 10 MiB.
            follow_redirects: whether the address may lead to another.

        Raises:
            ValueError: if the file cannot be fetched.
        """
        if b64:
            return cls.from_bytes(_fetch(url, follow_redirects=follow_redirects))
        return cls(data=MediaUrl(url=HttpUrl(url)))

    def to_bytes(self) -> bytes:
        """Return the file's bytes.

        Raises:
            ValueError: if it is an address, and the file there cannot be fetched.
        """
        if isinstance(self.data, MediaUrl):
            return _fetch(str(self.data.url), follow_redirects=False)
        return base64.b64decode(self.data)

    def to_base64(self) -> bytes:
        """Return the file's bytes in base64."""
        if isinstance(self.data, MediaUrl):
            return base64.b64encode(self.to_bytes())
        return self.data

    def to_file(self, file_name: str | Path) -> None:
        """Write a local file."""
        Path(file_name).write_bytes(self.to_bytes())


def _fetch(url: str, *, follow_redirects: bool) -> bytes:
    import httpx2

    content = bytearray()
    try:
        with httpx2.stream(
            "GET", url, follow_redirects=follow_redirects, timeout=DOWNLOAD_SECONDS
        ) as response:
            if response.status_code != _OK:
                message = f"{url} answered {response.status_code}."
                raise ValueError(message)
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAXIMUM_DOWNLOAD_BYTES:
                    message = f"{url} is larger than {MAXIMUM_DOWNLOAD_BYTES} bytes."
                    raise ValueError(message)
    except httpx2.HTTPError as error:
        message = f"{url} cannot be fetched: {error}"
        raise ValueError(message) from error
    return bytes(content)
