import base64
import random
import zlib
from dataclasses import replace

import pytest

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells import address
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import MOST_CELLS, CellsDefinition
from inkcloud.playground.cells.spread import spread_order
from inkcloud.playground.presets import PRESETS

BASE = PRESETS[0].parameters
STEPS = Axis(AxisKind.STEPS, ("5", "10", "20"))
SCHEDULERS = Axis(AxisKind.SCHEDULER, ("DDIM", "PNDM"))


def definition(*axes, prompt="a photo of a cat", parameters=BASE):
    return CellsDefinition(prompt, parameters, axes)


def test_cells_are_in_reading_order_and_the_last_axis_changes_fastest():
    cells = definition(SCHEDULERS, STEPS).cells()

    assert [cell.index for cell in cells] == list(range(6))
    assert [(c.parameters.scheduler.value, c.parameters.steps) for c in cells] == [
        ("DDIM", 5), ("DDIM", 10), ("DDIM", 20), ("PNDM", 5), ("PNDM", 10), ("PNDM", 20),
    ]  # fmt: skip
    assert cells[4].position == (1, 1)


def test_what_no_axis_changes_is_the_base():
    [cell] = definition().cells()

    assert cell.prompt == "a photo of a cat"
    assert cell.parameters == BASE
    assert cell.request().preview_every == 0


def test_a_cell_is_one_picture_whatever_the_base_asks_for():
    cells = definition(STEPS, parameters=replace(BASE, images=4)).cells()

    assert {cell.request().num_images for cell in cells} == {1}


def test_each_kind_changes_what_it_is_named_after():
    cells = definition(
        Axis(AxisKind.GUIDANCE, ("1", "7.5")), Axis(AxisKind.SEED, (str(2**64 - 1),))
    ).cells()
    other = definition(
        Axis(AxisKind.NEGATIVE, ("blur",)),
        Axis(AxisKind.PROMPT, ("a dog",)),
        Axis(AxisKind.MODEL, ("other",)),
    ).cells()[0]

    assert [c.request().guidance_scale for c in cells] == [1.0, 7.5]
    assert cells[0].request().seed == 2**64 - 1
    assert (other.prompt, other.parameters.negative_prompt, other.endpoint) == (
        "a dog", "blur", "other",
    )  # fmt: skip


def test_words_are_replaced_in_the_prompt_and_the_negative_prompt():
    base = replace(BASE, negative_prompt="no cat toys")
    words = Axis(AxisKind.WORDS, ("cat", "dog"))

    cells = definition(words, parameters=base).cells()

    assert [c.prompt for c in cells] == ["a photo of a cat", "a photo of a dog"]
    assert cells[1].parameters.negative_prompt == "no dog toys"


def test_words_are_replaced_in_each_of_the_prompts_wherever_their_axis_stands():
    words = Axis(AxisKind.WORDS, ("red", "blue"))
    prompts = Axis(AxisKind.PROMPT, ("a red cat", "a red dog"))

    cells = definition(words, prompts).checked().cells()

    assert [c.prompt for c in cells] == ["a red cat", "a red dog", "a blue cat", "a blue dog"]


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ((Axis(AxisKind.WORDS, ("Cat", "dog")),), "not in the prompt"),
        ((STEPS, STEPS), "change the same"),
        ((STEPS, SCHEDULERS, Axis(AxisKind.SEED, ("1",)), Axis(AxisKind.MODEL, ("x",))), "axes"),
        ((Axis(AxisKind.STEPS, ()),), "no values"),
        ((Axis(AxisKind.STEPS, ("5", "0")),), "not allowed"),
        ((Axis(AxisKind.PROMPT, ("x" * 5000,)),), "too long"),
    ],
)
def test_what_cannot_be_drawn_is_refused(axes, said):
    with pytest.raises(InvalidRequest, match=said):
        definition(*axes).checked()


def test_too_many_cells_and_calls_are_refused_with_the_figures():
    seeds = Axis(AxisKind.SEED, tuple(map(str, range(21))))
    steps = Axis(AxisKind.STEPS, tuple(map(str, range(10, 20))))
    long = Axis(AxisKind.SEED, tuple(map(str, range(50))))

    with pytest.raises(InvalidRequest) as cells:
        definition(seeds, steps).checked()
    with pytest.raises(InvalidRequest) as calls:
        definition(long, parameters=replace(BASE, steps=500)).checked()

    assert "21 × 10 = 210 cells" in str(cells.value.value)
    assert str(MOST_CELLS) in str(cells.value.allowed)
    assert calls.value.value == "25000 model calls"


def test_the_cost_counts_what_the_schedulers_really_call():
    found = definition(SCHEDULERS, STEPS)

    assert found.calls() == 2 * 35 + 2
    assert found.rows() == 2 * found.calls()


@pytest.mark.parametrize("lengths", [(), (1,), (6, 6), (3, 5, 2), (200,), (1, 4)])
def test_the_order_holds_every_cell_once(lengths):
    order = spread_order(lengths)

    total = 1
    for length in lengths:
        total *= length
    assert len(set(order)) == len(order) == total


def test_the_corners_come_first_and_then_the_halves():
    order = spread_order((5, 9))

    assert set(order[:4]) == {(0, 0), (0, 8), (4, 0), (4, 8)}
    assert set(order[:9]) == {(a, b) for a in (0, 2, 4) for b in (0, 4, 8)}


FULL = CellsDefinition(
    'Ein „Oktopus" & <Schach>, 章魚',
    replace(BASE, negative_prompt="a, b=c", width=256, height=128, seed=str(2**64 - 1)),
    (
        Axis(AxisKind.WORDS, ("Oktopus", "Krake, groß")),
        Axis(AxisKind.STEPS, ("5", "10")),
        Axis(AxisKind.MODEL, ("text2image", "other")),
    ),
)


def test_an_address_carries_a_definition_unchanged():
    assert address.decode(address.encode(FULL)) == FULL


def test_an_address_is_short_and_needs_no_escaping():
    text = address.encode(definition(SCHEDULERS, STEPS))

    assert len(text) < 260
    assert text.replace(".", "").replace("-", "").replace("_", "").isalnum()


SHARED = (
    "1.PY49C8IwEIb_Srj5lFosQiGLdHGIFBxLh9icbSA0bT4qRfzvpgouNzzPe_feC2YoQbJpsMEy-2CSdTIAwpSwDzR5"
    "nmfou4FUNOR4VYubNQs5EU3QWwD7qJUcO-KnfYGeSPFjjiP1MuiF-NlE59bffWQqrVgXtB2RGfvcOfLI7lKxOUqjw5qKJZRNA_9GwAaq6iKSqa-VgLZN4PvYZoqED1kaeZZM-_4A"
)


def test_an_address_that_was_shared_stays_readable():
    assert address.decode(SHARED) == definition(SCHEDULERS, STEPS)
    with pytest.raises(InvalidRequest, match="this version"):
        address.decode("2" + SHARED[1:])


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.", "1.!!!!", "1.AAAA", "2.AAAA", "1." + "A" * 9000, "1.é", "x" * 50],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InvalidRequest):
        address.decode(text)


def _packed(data: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return "1." + base64.urlsafe_b64encode(packer.compress(data) + packer.flush()).decode()


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{}",
        b'{"q":1,"p":"","a":[]}',
        b'{"q":"x","p":"steps=5","a":[]}',
        b'{"q":"x","p":"steps=5,scheduler=DDIM,guidance=7,seed=1","a":[["nosuch",["1"]]]}',
        b'{"q":"x","p":"steps=5,scheduler=DDIM,guidance=7,seed=1","a":[["steps","123"]]}',
        b'{"q":"x","p":"steps=5,scheduler=DDIM,guidance=7,seed=1","a":[["steps",[5]]]}',
        b'{"q":"x","p":"steps=5,scheduler=DDIM,guidance=7,seed=1","a":[["steps",["999"]]]}',
        b'{"q":"x","p":"steps=5,scheduler=DDIM,guidance=7,seed=1","a":7}',
        b"[" * 50_000,
        b" " * 50_000_000,
        b"\xff\xfe",
    ],
)
def test_a_hostile_address_is_refused_without_a_fault(data):
    with pytest.raises(InvalidRequest):
        address.decode(_packed(data))


def test_a_definition_that_is_too_long_for_an_address_is_refused_with_figures():
    letters = random.Random(1)
    prompts = tuple(
        "".join(letters.choice("abcdefghijklmnop") for _ in range(4000)) for _ in range(4)
    )

    with pytest.raises(InvalidRequest, match="too long") as caught:
        address.encode(definition(Axis(AxisKind.PROMPT, prompts)))

    assert "characters" in str(caught.value.value)


def test_the_schedulers_of_a_definition_are_samplers():
    assert definition(SCHEDULERS).cells()[1].parameters.scheduler is SamplerName.PNDM
