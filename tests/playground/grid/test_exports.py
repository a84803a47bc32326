import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from PIL import Image

from inkcloud.playground.cells import address
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.grid.arrangement import (
    Arrangement,
    arrangement_of,
    arrangements,
    cell_label,
)
from inkcloud.playground.grid.drawn_cell import DrawnCell
from inkcloud.playground.grid.export_page import grid_html
from inkcloud.playground.grid.export_picture import grid_picture
from inkcloud.playground.grid.thumbnails import thumbnail
from inkcloud.playground.presets import PRESETS
from support.stub_replica import tiny_png

HOSTILE = '<script>alert("x")</script> & "cat"'
STEPS = Axis(AxisKind.STEPS, ("5", "10", "20"))
SEEDS = Axis(AxisKind.SEED, ("1", "2"))
GUIDANCE = Axis(AxisKind.GUIDANCE, ("1", "7.5"))
BASE = PRESETS[0].parameters


def definition(*axes, prompt="a cat"):
    return CellsDefinition(prompt, BASE, axes)


def drawn(cell, picture=True):
    png = tiny_png(seed=200 + cell.index, side=64) if picture else None
    return DrawnCell(cell, png, {"width": 64, "height": 64, "checkpoint": "stub"}, 1.25)


@pytest.mark.parametrize(("axes", "count"), [((), 1), ((STEPS,), 2), ((STEPS, SEEDS), 2),
                                            ((STEPS, SEEDS, GUIDANCE), 6)])  # fmt: skip
def test_every_arrangement_shows_every_cell_once(axes, count):
    whole = definition(*axes)
    offered = arrangements(whole)

    assert len(offered) == count
    for arrangement in offered:
        tabs = range(len(arrangement.tab_labels(whole)) or 1)
        shown = [
            cell.index
            for tab in tabs
            for row in arrangement.table(whole, tab).cells
            for cell in row
        ]
        assert sorted(shown) == list(range(whole.count))
        assert arrangement_of(whole, arrangement.code()) == arrangement


def test_an_unknown_arrangement_is_the_usual_one():
    assert arrangement_of(definition(STEPS, SEEDS), "zzz") == Arrangement(columns=0, rows=1)


def test_a_cell_is_named_by_its_values():
    cells = definition(STEPS, GUIDANCE).cells()

    assert cell_label(definition(STEPS, GUIDANCE), cells[3]) == "10 steps, guidance 7.5"


def test_the_picture_holds_every_cell_at_its_place_and_the_definition():
    whole = definition(STEPS, SEEDS)
    pictures = {cell.index: tiny_png(seed=200 + cell.index, side=128) for cell in whole.cells()}

    png = grid_picture(whole, Arrangement(0, 1), lambda cell: pictures[cell.index])

    sheet = Image.open(io.BytesIO(png))
    assert address.decode(sheet.text["inkcloud-grid"]) == whole
    colours = [colour for _, colour in sheet.getcolors(1 << 24)]
    for index in range(6):
        assert (200 + index, 0, 0) in colours
    assert sheet.width >= 3 * 128
    assert sheet.height >= 2 * 128


def test_a_picture_that_is_missing_leaves_a_grey_square_and_long_texts_are_broken():
    long = definition(Axis(AxisKind.WORDS, ("cat", "x" * 300, "一只猫 " * 40)))

    png = grid_picture(long, Arrangement(columns=0), lambda _: None)

    with Image.open(io.BytesIO(png)) as sheet:
        assert (228, 226, 238) in [colour for _, colour in sheet.getcolors(1 << 24)]
        assert sheet.width < 1200


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []
        self.texts = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_needs_nothing_from_outside_and_runs_nothing():
    whole = definition(STEPS, Axis(AxisKind.WORDS, ("cat", HOSTILE)), prompt=f"a cat {HOSTILE}")

    text = grid_html(whole, Arrangement(0, 1), drawn)

    seen = Seen()
    seen.feed(text)
    names = {tag for tag, _ in seen.tags}
    images = [attributes for tag, attributes in seen.tags if tag == "img"]
    assert "script" not in names
    assert not names & {"link", "iframe", "object", "form"}
    assert not any(name.startswith("on") for _, attributes in seen.tags for name in attributes)
    assert len(images) == 6
    assert all(image["src"].startswith("data:image/png;base64,") for image in images)
    assert all(image["alt"] for image in images)
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert HOSTILE in "".join(seen.texts)


def test_the_page_says_each_pictures_parameters():
    whole = definition(STEPS, SEEDS, GUIDANCE)

    text = grid_html(whole, Arrangement(0, 1, 2), lambda cell: drawn(cell, cell.index != 0))

    assert text.count("<dt>Scheduler</dt>") == 11
    assert "not drawn" in text
    assert "<h2>guidance 7.5</h2>" in text
    assert "<dd>1.2 s, while others" in text


def test_a_thumbnail_is_small_and_never_larger_than_its_picture():
    address_of = thumbnail(tiny_png(seed=1, side=500))

    assert address_of.startswith("data:image/webp;base64,")
    assert len(address_of) < 2000


def test_facts_say_what_is_there_and_no_more():
    cell = replace(definition().cells()[0], endpoint="other")

    bare = DrawnCell(cell, None, {}, None).facts()

    assert bare["Endpoint"] == "other"
    assert "Time" not in bare
    assert "Size" not in bare
