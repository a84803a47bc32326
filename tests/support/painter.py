"""A service with an input of every kind, and replicas that serve it, for tests of clients."""

from typing import Annotated, Any, Literal

from PIL import Image as Pillow
from pydantic import Field

from inkcloud.services.service import Service
from inkcloud.services.types import Image


class Painter(Service):
    """Paints a square, and tells what it was asked for."""

    def infer(
        self,
        text: str = "hello",
        size: Annotated[int, Field(ge=1, le=64, description="Pixels.")] = 8,
        share: Annotated[float, Field(ge=0, le=1)] = 0.5,
        colour: Literal["red", "blue"] = "red",
        loud: bool = False,
        picture: Image | None = None,
        options: dict[str, int] | None = None,
    ) -> dict[str, Any]:
        """Paint a square."""
        if text == "fail":
            message = "I cannot paint that."
            raise ValueError(message)
        painted = Image.from_pil(Pillow.new("RGB", (size, size), colour), format="PNG")
        told = {
            "text": text.upper() if loud else text,
            "share": share,
            "options": options,
            "given": None if picture is None else list(picture.to_pil().size),
        }
        return {"told": told, "painted": painted.to_base64().decode()}

    def shout(self, text: str) -> str:
        """Say it loudly."""
        return text.upper()
