"""A run, or two side by side, as a GIF that goes from noise to picture."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from inkcloud.domain.frame import Frame
from inkcloud.playground.denoising.alignment import Alignment
from inkcloud.playground.denoising.film import Film
from inkcloud.playground.denoising.story import level

SIDE = 192
GAP = 8
LINE = 22
# WCAG 2.2, 2.3.1: nothing may flash more than three times a second.
STEP_MILLISECONDS = 500
END_MILLISECONDS = 2000
_PAPER, _INK = (255, 255, 255), (32, 32, 32)


def animation(films: Sequence[Film], alignment: Alignment) -> bytes:
    """Return a GIF: for each step the noisy latent, the prediction, and a line that says where.

    Args:
        films: one, or two of which the second follows the first.
        alignment: how it follows.
    """
    first = films[0]
    pages = []
    for number in range(len(first.frames)):
        numbers = [number, *(alignment.partner(first, number, film) for film in films[1:])]
        pages.append(
            _page([(film, film.frames[n]) for film, n in zip(films, numbers, strict=True)])
        )
    file = io.BytesIO()
    pages[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=pages[1:],
        duration=[STEP_MILLISECONDS] * (len(pages) - 1) + [END_MILLISECONDS],
        loop=0,
        disposal=1,
    )
    return file.getvalue()


def enlarged(png: bytes, side: int = SIDE) -> Image.Image:
    """Return a picture whose longest side is `side`; of a very small one each pixel a square."""
    with Image.open(io.BytesIO(png)) as image:
        picture = image.convert("RGB")
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    blocks = max(picture.size) < side / 2
    how = Image.Resampling.NEAREST if blocks else Image.Resampling.BICUBIC
    return picture.resize(size, how)


def _page(shown: Sequence[tuple[Film, Frame]]) -> Image.Image:
    rows = [(enlarged(frame.noisy), enlarged(frame.predicted)) for _, frame in shown]
    height = sum(max(noisy.height, predicted.height) + LINE + GAP for noisy, predicted in rows)
    page = Image.new("RGB", (2 * SIDE + 3 * GAP, height + GAP), _PAPER)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(14)
    top = GAP
    for (film, frame), (noisy, predicted) in zip(shown, rows, strict=True):
        words = f"{film.scheduler}, step {frame.step} of {film.steps}, noise {level(frame.sigma)}"
        draw.text((GAP, top), words, _INK, font)
        page.paste(noisy, (GAP, top + LINE))
        page.paste(predicted, (2 * GAP + SIDE, top + LINE))
        top += max(noisy.height, predicted.height) + LINE + GAP
    return page.quantize(128, dither=Image.Dither.NONE)
