"""A run as one picture with its labels."""

import io
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from inkcloud.playground.cells import address
from inkcloud.playground.cells.definition import Cell, CellsDefinition
from inkcloud.playground.grid.arrangement import Arrangement, Table

_PAPER, _INK, _EMPTY = "#ffffff", "#1f1d2b", "#e4e2ee"
_GAP = 8
_TEXT = 15
_LABEL_WIDTH = 130
_LARGEST, _SMALLEST = 256, 96
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def grid_picture(
    definition: CellsDefinition,
    arrangement: Arrangement,
    picture_of: Callable[[Cell], bytes | None],
) -> bytes:
    """Return a PNG file of all cells with the names of rows, columns and tabs.

    A cell without a picture is a grey square. The file carries the run's definition as text.

    Args:
        definition: what was drawn.
        arrangement: which axis goes where.
        picture_of: returns a cell's PNG file, or None.
    """
    font = ImageFont.load_default(_TEXT)
    pictures = {cell.index: _opened(picture_of(cell)) for cell in definition.cells()}
    side = max((max(p.size) for p in pictures.values() if p), default=_LARGEST)
    side = min(max(side, _SMALLEST), _LARGEST)
    titles = arrangement.tab_labels(definition) or ("",)
    parts = [
        _part(title, arrangement.table(definition, tab), pictures, side, font)
        for tab, title in enumerate(titles)
    ]
    width = max(part.width for part in parts) + 2 * _GAP
    head = _wrapped(definition.prompt, width - 2 * _GAP, font)
    sheet = _sheet(width, [_lines(head, width - 2 * _GAP, font), *parts])
    notes = PngInfo()
    notes.add_itxt("inkcloud-grid", address.encode(definition))
    file = io.BytesIO()
    sheet.save(file, "PNG", pnginfo=notes)
    return file.getvalue()


def _opened(png: bytes | None) -> Image.Image | None:
    if png is None:
        return None
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")


def _sheet(width: int, parts: Sequence[Image.Image]) -> Image.Image:
    height = sum(part.height + _GAP for part in parts) + _GAP
    sheet = Image.new("RGB", (width, height), _PAPER)
    top = _GAP
    for part in parts:
        sheet.paste(part, (_GAP, top))
        top += part.height + _GAP
    return sheet


def _part(
    title: str, table: Table, pictures: dict[int, Image.Image | None], side: int, font: _Font
) -> Image.Image:
    left = _LABEL_WIDTH + _GAP if any(table.rows) else 0
    heads = [_wrapped(name, side, font) if name else [] for name in table.columns]
    top = max(len(lines) for lines in heads) * _line_height(font)
    title_lines = _wrapped(title, left + side, font) if title else []
    above = len(title_lines) * _line_height(font) + (_GAP if title_lines else 0)
    step = side + _GAP
    size = (left + step * len(table.columns), above + top + _GAP + step * len(table.rows))
    part = Image.new("RGB", size, _PAPER)
    part.paste(_lines(title_lines, size[0], font), (0, 0))
    for x, lines in enumerate(heads):
        part.paste(_lines(lines, side, font), (left + x * step, above))
    for y, name in enumerate(table.rows):
        row_top = above + top + _GAP + y * step
        if name:
            label = _lines(_wrapped(name, _LABEL_WIDTH, font), _LABEL_WIDTH, font)
            part.paste(label.crop((0, 0, _LABEL_WIDTH, min(label.height, side))), (0, row_top))
        for x, cell in enumerate(table.cells[y]):
            part.paste(_square(pictures[cell.index], side), (left + x * step, row_top))
    return part


def _square(picture: Image.Image | None, side: int) -> Image.Image:
    square = Image.new("RGB", (side, side), _EMPTY)
    if picture is not None:
        fitted = picture.copy()
        fitted.thumbnail((side, side), Image.Resampling.LANCZOS)
        square.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2))
    return square


def _lines(lines: Sequence[str], width: int, font: _Font) -> Image.Image:
    image = Image.new("RGB", (max(width, 1), max(len(lines) * _line_height(font), 1)), _PAPER)
    brush = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        brush.text((0, number * _line_height(font)), line, fill=_INK, font=font)
    return image


def _wrapped(text: str, width: int, font: _Font) -> list[str]:
    """Break a text into lines that are not wider than `width` pixels."""
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, width, font):
            longer = f"{lines[-1]} {piece}".strip()
            if lines[-1] and font.getlength(longer) > width:
                lines.append(piece)
            else:
                lines[-1] = longer
    return lines


def _pieces(word: str, width: int, font: _Font) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and font.getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _line_height(font: _Font) -> int:
    return _TEXT + 6
