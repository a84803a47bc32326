"""Puts a frame round a picture. Written for OctoAI's Service; nothing here is Inkcloud's."""

from fastapi import HTTPException
from octoai.service import Service, path
from octoai.types import File, Image
from PIL import Image as Pillow
from PIL import ImageColor, ImageOps
from pydantic import BaseModel


class Framed(BaseModel):
    """A picture with its frame.

    Attributes:
        picture: a PNG file.
        width: pixels, with the frame.
        height: pixels, with the frame.
    """

    picture: Image
    width: int
    height: int


class PictureFrame(Service):
    """Frames pictures."""

    def setup(self) -> None:
        """Nothing to load: a model would be loaded here."""
        self.widest = 200

    def infer(self, image: Image, width: int = 10, colour: str = "gold") -> Framed:
        """Frame a picture that is sent as {"image": {"data": "<base64>"}}."""
        return self._frame(image.to_pil(), width, colour)

    @path("/upload")
    def infer_form_data(self, colour: str, file: File) -> Framed:
        """Frame a picture that is uploaded as a file."""
        return self._frame(Pillow.open(file.file), 10, colour)

    def _frame(self, picture: Pillow.Image, width: int, colour: str) -> Framed:
        border = max(0, min(width, self.widest))
        try:
            colours = ImageColor.getrgb(colour)
        except ValueError as error:
            raise HTTPException(status_code=422, detail=str(error)) from error
        framed = ImageOps.expand(picture.convert("RGB"), border, colours)
        return Framed(
            picture=Image.from_pil(framed, format="PNG"),
            width=framed.width,
            height=framed.height,
        )
