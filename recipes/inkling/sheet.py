"""A sheet of pictures with captions."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

TILE = 128
GAP = 6
LINE = 18
INK, FAINT = (40, 40, 40), (120, 120, 120)


def sheet(
    pictures: np.ndarray, captions: Sequence[str], columns: int, titles: Sequence[str] = ()
) -> Image.Image:
    """Lay pictures (N, H, W, 3) out in rows, a caption under each and a title over each row."""
    font = ImageFont.load_default(12)
    rows = -(-len(pictures) // columns)
    over = LINE if titles else 0
    height = over + TILE + LINE + GAP
    canvas = Image.new("RGB", (columns * (TILE + GAP) + GAP, rows * height + GAP), "white")
    pen = ImageDraw.Draw(canvas)
    for row, title in enumerate(titles):
        pen.text((GAP, GAP + row * height), title, fill=INK, font=font)
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left = GAP + index % columns * (TILE + GAP)
        top = GAP + index // columns * height + over
        tile = Image.fromarray(picture)
        if tile.size != (TILE, TILE):
            tile = tile.resize((TILE, TILE), Image.Resampling.LANCZOS)
        canvas.paste(tile, (left, top))
        pen.rectangle((left - 1, top - 1, left + TILE, top + TILE), outline=(230, 230, 230))
        shown = caption
        while pen.textlength(shown, font=font) > TILE:
            shown = shown[:-2].rstrip("…") + "…"
        pen.text((left, top + TILE + 1), shown, fill=FAINT, font=font)
    return canvas
