"""The address of the page Generate follows what its fields hold, and the page follows it."""

import pytest
from streamlit.util import calc_hash

from inkcloud.playground.link import generate_query
from inkcloud.playground.presets import PRESETS
from support.drawing_page import go_to
from support.generate_page import address, opened


def test_what_is_typed_is_there_again_after_a_reload(page, gateway):
    assert address(page) == {}
    page.text_input("prompt").set_value("an otter, 100% + more & #1")
    page.number_input("panel2_steps").set_value(31)
    page.text_input("panel3_seed").set_value("7").run()

    again = opened(**address(page))

    assert again.text_input("prompt").value == "an otter, 100% + more & #1"
    assert again.number_input("panel2_steps").value == 31
    assert again.text_input("panel3_seed").value == "7"
    assert not gateway.generations
    again.text_input("prompt").set_value("A photo of an octopus playing chess")
    again.number_input("panel2_steps").set_value(30)
    again.text_input("panel3_seed").set_value("1").run()
    assert address(again) == {}


def test_settings_changed_after_a_run_come_back_beside_its_pictures(page, gateway):
    page.button("generate").click().run()
    gateway.succeed_all()
    page.run()
    run = address(page)
    assert "v" not in run

    page.number_input("panel2_steps").set_value(31).run()
    again = opened(**address(page))
    again.run()

    assert address(again) == address(page)
    assert {name: address(again)[name] for name in run} == run
    assert again.number_input("panel2_steps").value == 31
    assert len(again.get("download_button")) == 3
    assert len(gateway.generations) == 3


def test_going_back_undoes_the_last_change_and_forward_does_it_again(page, gateway):
    page.button("generate").click().run()
    gateway.succeed_all()
    page.run()
    run = address(page)
    page.number_input("panel2_steps").set_value(31).run()
    changed = address(page)

    go_to(page, run).run()
    page.run()
    page.run()
    assert page.number_input("panel2_steps").value == 30
    assert address(page) == run
    assert len(page.get("download_button")) == 3

    go_to(page, changed).run()
    assert page.number_input("panel2_steps").value == 31
    page.run()
    assert address(page) == changed

    go_to(page, {}).run()
    assert page.number_input("panel2_steps").value == 30
    assert not page.get("download_button")
    assert address(page) == {}


def test_what_was_typed_before_the_browser_had_the_latest_address_is_kept(page):
    before = address(page)
    page.number_input("panel2_steps").set_value(31).run()

    go_to(page, before)
    page.text_input("prompt").set_value("an otter").run()

    assert page.number_input("panel2_steps").value == 31
    assert address(page)["prompt"] == "an otter"
    assert "steps=31" in address(page)["p2"]


@pytest.mark.parametrize("button", ["generate", "panel2_generate"])
def test_a_press_before_the_browser_had_the_latest_address_draws_what_was_typed(
    page, gateway, button
):
    before = address(page)
    page.number_input("panel2_steps").set_value(31).run()

    go_to(page, before)
    page.button(button).click().run()

    assert gateway.of_panel(2)[0].request["num_inference_steps"] == 31


def test_settings_that_cannot_be_drawn_leave_the_address_as_it_was(page):
    page.number_input("panel2_steps").set_value(31).run()
    before = address(page)

    page.text_input("panel1_seed").set_value("minus one").run()

    assert address(page) == before
    assert page.text_input("panel1_seed").value == "minus one"


def test_the_pages_name_in_an_address_leads_to_it_with_what_the_link_carries(page):
    page._page_hash = calc_hash("generate")  # AppTest finds pages by their files only

    go_to(page, generate_query("an otter", [PRESETS[1].parameters])).run()

    assert page.text_input("prompt").value == "an otter"
    assert page.number_input("panel1_steps").value == 30


def test_coming_back_from_another_page_keeps_what_was_typed(page):
    page.number_input("panel2_steps").set_value(31).run()
    before = address(page)
    front = page.session_state["pages_of_the_app"][0]
    page._page_hash = calc_hash("sharing")
    go_to(page, {}).run()

    page._page_hash = front._script_hash
    go_to(page, {}).run()

    assert page.number_input("panel2_steps").value == 31
    assert address(page) == before
