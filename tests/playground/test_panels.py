"""What can be done with panels: added, swapped, copied, locked, linked to, compared."""

import io
import urllib.parse
from dataclasses import replace

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from inkcloud.playground.link import generate_query
from inkcloud.playground.presets import PRESETS
from support.generate_page import MARK, address, choose, opened, words
from support.stub_gateway import problem

PANELS = tuple(preset.parameters for preset in PRESETS)


def steps(page) -> list[int]:
    fields = [each for each in page.number_input if (each.key or "").endswith("_steps")]
    return [each.value for each in fields]


def seeds_sent(gateway) -> list[int]:
    return [generation.request["seed"] for generation in gateway.generations.values()]


def link_of(page) -> dict[str, str]:
    text = next(code.value for code in page.code if "v=1" in code.value)
    return dict(urllib.parse.parse_qsl(text.partition("?")[2], keep_blank_values=True))


def test_what_differs_is_marked_and_said_in_a_line(page):
    assert page.text_input("panel1_seed").label.endswith(MARK)
    assert "steps 20 / 30 / 35" in words(page.markdown)
    assert "**The same:** size." in words(page.markdown)

    choose(page, 1, "Copy settings to all panels")

    assert steps(page) == [20, 20, 20]
    assert "Nothing differs" in words(page.markdown)
    assert not page.text_input("panel1_seed").label.endswith(MARK)


def test_a_panel_is_added_with_the_last_ones_settings_and_taken_away(page, gateway):
    page.number_input("panel3_steps").set_value(77)
    page.button("add_panel").click().run()
    assert steps(page) == [20, 30, 77, 77]

    page.button("generate").click().run()
    assert len(gateway.generations) == 4
    assert address(page)["panels"] == "4"
    again = opened(**address(page))
    assert steps(again) == [20, 30, 77, 77]

    gateway.succeed_all()
    page.run()
    before = address(page)
    choose(page, 2, "Remove panel 2")

    assert steps(page) == [20, 77, 77]
    assert address(page) == {
        "run": before["run"],
        "panel1": before["panel1"],
        "panel2": before["panel3"],
        "panel3": before["panel4"],
    }


def test_there_are_at_most_six_panels_and_at_least_one(page):
    for _ in range(3):
        page.button("add_panel").click().run()
    assert page.button("add_panel").disabled

    for panel in range(6, 1, -1):
        choose(page, panel, f"Remove panel {panel}")
    assert "Remove panel 1" not in page.menu_button("panel1_menu").options


def test_two_panels_change_places_with_their_pictures(page, gateway):
    page.button("generate").click().run()
    gateway.succeed_all()
    page.run()
    before = address(page)

    choose(page, 1, "Swap with panel 3")

    assert steps(page) == [35, 30, 20]
    assert page.text_input("panel1_seed").value == "1"
    after = address(page)
    assert (after["panel1"], after["panel3"]) == (before["panel3"], before["panel1"])


def test_a_locked_seed_is_every_panels(page, gateway):
    page.toggle("lock_seed").set_value(True).run()
    page.text_input("panel1_seed").set_value("7").run()
    page.button("generate").click().run()

    assert seeds_sent(gateway) == [7, 7, 7]
    assert not page.text_input("panel1_seed").label.endswith(MARK)

    page.toggle("lock_seed").set_value(False).run()
    assert [page.text_input(f"panel{i}_seed").value for i in (1, 2, 3)] == ["7", "24", "1"]


def test_a_link_fills_the_panels_and_draws_nothing(page, gateway):
    page.text_input("prompt").set_value("an otter")
    page.number_input("panel2_steps").set_value(31).run()

    opened_by_link = opened(**link_of(page))

    assert opened_by_link.text_input("prompt").value == "an otter"
    assert steps(opened_by_link) == [20, 31, 35]
    assert not gateway.generations
    assert link_of(opened_by_link) == link_of(page)
    again = opened(**address(opened_by_link))
    assert steps(again) == [20, 31, 35]


def test_a_link_carries_size_seeds_and_variation_to_the_gateway(page, gateway):
    query = generate_query(
        "an otter",
        [
            replace(
                PANELS[0],
                width=96,
                height=64,
                images=3,
                variation_seed="9",
                variation_strength=0.25,
            )
        ],
    )

    one = opened(**query)
    one.button("generate").click().run()

    (sent,) = [generation.request for generation in gateway.generations.values()]
    assert (sent["width"], sent["height"], sent["num_images"]) == (96, 64, 3)
    assert (sent["variation_seed"], sent["variation_strength"]) == (9, 0.25)


@pytest.mark.parametrize("change", [{"v": "2"}, {"p1": "steps=0"}, {"p2": "colour=blue"}])
def test_a_link_that_cannot_be_read_is_explained_and_the_page_works(page, change):
    strange = opened(**{**generate_query("x", PANELS), **change})

    assert "The link could not be opened." in words(strange.error)
    assert steps(strange) == [20, 30, 35]
    strange.button("generate").click().run()
    assert not strange.error
    assert not strange.exception


def test_a_link_from_another_page_fills_the_page_that_is_open(page, gateway):
    page.toggle("lock_seed").set_value(True)
    page.button("generate").click().run()
    gateway.succeed_all()
    page.run()

    changed = [replace(PANELS[1], steps=7), replace(PANELS[2], steps=8)]
    page.query_params.clear()
    for name, value in generate_query("a fox", changed).items():
        page.query_params[name] = value
    page.run()

    assert page.text_input("prompt").value == "a fox"
    assert steps(page) == [7, 8]
    assert [page.text_input(f"panel{i}_seed").value for i in (1, 2)] == ["24", "1"]
    assert not page.get("download_button")
    assert len(gateway.generations) == 3
    page.number_input("panel1_steps").set_value(9).run()  # the link is not opened once more
    assert steps(page) == [9, 8]


def test_settings_that_cannot_be_drawn_make_no_link(page):
    page.text_input("panel1_seed").set_value("minus one").run()

    assert "These settings make no link yet." in words(page.warning)


def test_several_seeds_are_a_row_of_which_one_can_be_kept(page, gateway):
    page.number_input("panel1_images").set_value(3).run()
    page.button("panel1_generate").click().run()
    gateway.succeed_all()
    page.run()
    assert "3 pictures, each 64 × 64 pixels" in words(page.markdown)

    page.button_group("panel1_pick").set_value(2).run()
    page.button("panel1_keep_seed").click().run()

    assert page.text_input("panel1_seed").value == "44"
    assert page.number_input("panel1_images").value == 1


def test_five_panels_show_the_way_from_one_seed_to_another(page, gateway):
    choose(page, 1, "Five panels from this seed to another")
    page.button("generate").click().run()

    sent = [generation.request for generation in gateway.generations.values()]
    assert [request.get("variation_strength") for request in sent] == [0, 0.25, 0.5, 0.75, 1]
    assert [request.get("variation_seed") for request in sent] == [None, 43, 43, 43, 43]
    assert {request["seed"] for request in sent} == {42}


def test_a_way_from_a_seed_that_is_none_is_refused(page):
    page.text_input("panel1_seed").set_value("x").run()

    choose(page, 1, "Five panels from this seed to another")

    assert "**Starting Seed.**" in words(page.error)
    assert steps(page) == [20, 30, 35]


def test_two_finished_pictures_are_compared_in_words(page, gateway):
    assert "Draw at least two pictures" in words(page.caption)
    page.button("generate").click().run()
    gateway.succeed_all()
    page.run()

    page.selectbox("compare_after").select("Panel 3").run()

    said = words(page.markdown)
    assert "Steps: 20 before, 35 after, 15 more." in said
    assert "Guidance: 7.5 before, 5 after, 2.5 less." in said
    assert "both are one file, byte for byte" in said  # the stub draws all alike


def test_the_time_of_a_run_is_told_before_it(page, gateway):
    assert "How long they take is shown here once" in words(page.caption)
    page.button("generate").click().run()
    gateway.succeed_all()
    page.run()
    page.run()

    assert "together about" in words(page.caption)
    assert "on this machine, measured from 3 pictures" in words(page.caption)


def test_a_dropped_picture_fills_a_panel(page, gateway):
    page.button("generate").click().run()
    chunks = PngInfo()
    chunks.add_text("parameters", "a fox\nSteps: 9, Sampler: UniPC, CFG scale: 4, Seed: 5")
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=chunks)

    page.file_uploader("restore_file").upload("fox.png", file.getvalue(), "image/png").run()
    assert "There is no sampler UniPC here" in words(page.warning)
    page.selectbox("restore_panel").select(1).run()
    page.button("restore_use").click().run()

    assert page.text_input("prompt").value == "a fox"
    assert steps(page) == [20, 9, 35]
    assert page.text_input("panel2_seed").value == "5"
    assert len(gateway.generations) == 3


def test_a_dropped_file_that_tells_nothing_is_explained(page):
    page.file_uploader("restore_file").upload("x.png", b"no picture", "image/png").run()

    assert "not a picture that can be read" in words(page.error)
    assert not page.exception


def test_settings_and_prompts_are_kept_apart_and_used_again(page, gateway):
    page.text_input("prompt").set_value("an otter")
    page.number_input("panel2_steps").set_value(31)
    page.selectbox("preset_what").select(1)
    page.text_input("preset_name").set_value("steady").run()
    page.button("preset_save").click().run()
    page.selectbox("preset_what").select(-1)
    page.text_input("preset_name").set_value("otters").run()
    page.button("preset_save").click().run()

    steady, otters = gateway.presets.values()
    assert steady["values"]["num_inference_steps"] == 31
    assert not {"prompt", "negative_prompt"} & set(steady["values"])
    assert set(otters["values"]) == {"prompt", "negative_prompt"}

    another_day = opened()
    another_day.selectbox("preset_panel").select(2)
    another_day.button("preset_use").click().run()
    assert steps(another_day) == [20, 30, 31]
    assert another_day.text_input("panel3_negative_prompt").value.startswith("Cartoonish")

    another_day.selectbox("preset_pick").select(otters["id"])
    another_day.button("preset_use").click().run()
    assert another_day.text_input("prompt").value == "an otter"
    assert another_day.text_input("panel3_negative_prompt").value.startswith("Blurry")

    another_day.button("preset_remove").click().run()
    assert list(gateway.presets.values()) == [steady]


def test_what_cannot_be_kept_is_explained(page, gateway):
    page.button("preset_save").click().run()
    assert "No name." in words(page.error)

    gateway.refusal = problem(403, "forbidden", "The token is for one endpoint only.")
    assert "The token is for one endpoint only." in words(opened().caption)
