"""The page Grid, run by Streamlit's AppTest against the real gateway."""

import re

import pytest

from inkcloud.domain.endpoint import Endpoint
from inkcloud.playground.cells import address as cells_address
from inkcloud.storage.endpoints import EndpointTable
from support.drawing_page import address, go_to, opened, pages_of, run_until, words
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas


@pytest.fixture(scope="module")
def stub():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def shared_gateway(stub, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas(stub)) as running:
        yield running


@pytest.fixture
def replica(stub):
    stub.forget()
    yield stub
    stub.release()


@pytest.fixture
def gateway(shared_gateway, replica):
    with pages_of(shared_gateway):
        yield shared_gateway


@pytest.fixture
def page(gateway):
    return opened("grid")


def progress(page):
    return " ".join(bar.proto.text for bar in page.get("progress"))


def drawn(page):
    return run_until(page, lambda page: not page.button("grid_draw").disabled)


def test_the_page_says_what_it_costs_before_anything_is_drawn(page, replica):
    assert not page.exception
    assert "12 cells, 195 model calls, 390 rows" in words(page.caption)
    assert "Draw the grid" in words(page.info)
    assert replica.requests == []


def test_the_cells_are_drawn_and_counted(page, replica):
    page.button("grid_draw").click().run()
    drawn(page)

    assert not page.exception
    assert progress(page) == "12 of 12 cells are drawn."
    assert len(replica.requests) == 12
    assert [b.key for b in page.get("download_button")] == [
        "grid_export_picture", "grid_export_html",
    ]  # fmt: skip


def test_the_estimate_is_learned_from_what_was_drawn(page):
    page.button("grid_draw").click().run()
    drawn(page)

    again = opened("grid")

    said = words(again.caption)
    assert re.search(r"390 rows: about .+ s on this machine, measured from \d+ pictures", said)


def test_a_reload_shows_the_same_grid_and_fields_and_draws_nothing_again(page, replica):
    page.text_input("grid_prompt").set_value("a red cat")
    page.text_input("grid_values_across_steps").set_value("5-15 (+5)")
    page.button("grid_draw").click().run()
    drawn(page)

    again = drawn(opened("grid", **address(page)))

    assert again.text_input("grid_prompt").value == "a red cat"
    assert again.text_input("grid_values_across_steps").value == "5, 10, 15"
    assert progress(again) == "9 of 9 cells are drawn."
    assert len(replica.requests) == 9


def test_going_back_undoes_an_arrangement_and_leads_off_the_grid(page, replica):
    page.button("grid_draw").click().run()
    drawn(page)
    run = address(page)
    arrangement = next(s for s in page.selectbox if s.key.startswith("grid_arrangement"))
    first = arrangement.value
    arrangement.select(arrangement.options[1]).run()
    arranged = address(page)
    assert arranged == run | {"view": arranged["view"]}

    go_to(page, run).run()
    assert page.selectbox(arrangement.key).value == first
    page.run()
    assert address(page) == run

    go_to(page, {}).run()
    assert "Draw the grid" in words(page.info)
    assert not page.get("progress")
    page.run()
    assert address(page) == {}

    go_to(page, arranged).run()
    assert page.selectbox(arrangement.key).value == arrangement.options[1]
    assert progress(drawn(page)) == "12 of 12 cells are drawn."
    assert address(page) == arranged
    assert len(replica.requests) == 12


def test_what_was_chosen_before_the_browser_had_the_latest_address_is_kept(page):
    page.button("grid_draw").click().run()
    run = address(drawn(page))

    go_to(page, {})
    page.text_input("grid_prompt").set_value("an otter").run()

    assert progress(page) == "12 of 12 cells are drawn."
    assert address(page) == run
    assert page.text_input("grid_prompt").value == "an otter"


def test_stopping_keeps_what_is_drawn_and_the_rest_can_be_drawn_later(page, replica):
    page.text_input("grid_prompt").set_value("quick")
    page.selectbox("grid_axis_down").select("Prompts").run()
    page.text_area("grid_values_down_prompt").set_value("quick\nslow").run()
    page.button("grid_draw").click().run()
    assert "4 of the cells are not sent yet: they wait while no tab" in words(page.caption)
    run_until(page, lambda page: progress(page).startswith("4 of 8"))
    assert "not sent yet" not in words(page.caption)

    page.button("grid_stop").click().run()

    stopped = "Stopped. 4 of 8 cells are drawn; what is drawn stays."
    assert progress(page) == stopped
    # Going back does not begin it again, and leads on to what was before.
    query = {name: value for name, value in address(page).items() if name != "stopped"}
    assert progress(go_to(page, query).run()) == stopped
    page.run()
    assert address(page) == query
    go_to(page, query | {"stopped": "1"}).run()
    again = opened("grid", **address(page))
    assert progress(again).startswith("Stopped. 4 of 8")
    replica.release()
    again.button("grid_go_on").click().run()
    drawn(again)
    assert progress(again) == "8 of 8 cells are drawn."
    assert sum(r["prompt"] == "quick" for r in replica.requests) == 4


def test_a_bad_value_is_told_at_its_axis_and_nothing_can_be_drawn(page):
    page.text_input("grid_values_across_steps").set_value("5, x").run()

    assert "You gave “x”" in words(page.error)
    assert page.button("grid_draw").disabled


def test_too_many_cells_are_refused_with_the_figures(page):
    page.text_input("grid_values_across_steps").set_value("1-80").run()

    assert "80 × 3 = 240 cells" in words(page.error)


def test_words_that_are_not_in_the_prompt_are_named(page):
    page.selectbox("grid_axis_down").select("Words in the prompt").run()
    page.text_input("grid_values_down_words").set_value("zebra, cat").run()

    assert "You gave “zebra”" in words(page.error)


def test_axes_are_arranged_anew_without_drawing_again(page, replica):
    page.button("grid_draw").click().run()
    drawn(page)
    [arrangement] = [box for box in page.selectbox if box.label.startswith("Arrangement")]
    assert arrangement.value == "Steps across, Scheduler down"

    arrangement.select("Scheduler across, Steps down").run()

    assert not page.exception
    assert address(page)["view"] == "10-"
    assert len(replica.requests) == 12


def test_a_third_axis_is_shown_as_tabs(page):
    page.selectbox("grid_axis_tabs").select("Guidance").run()
    page.text_input("grid_values_tabs_guidance").set_value("1, 7.5").run()
    page.button("grid_draw").click().run()
    drawn(page)

    assert [tab.label for tab in page.tabs] == ["1. guidance 1", "2. guidance 7.5"]
    assert "24 of 24" in progress(page)


def test_the_address_opens_a_cell_with_its_parameters(page):
    page.button("grid_draw").click().run()
    drawn(page)

    again = drawn(opened("grid", **address(page), cell="4"))

    shown = words(again.markdown)
    assert [h.value for h in again.subheader] == ["10 steps, K\\_EULER"]
    assert "**Steps:** 10" in shown
    assert "**Model:** stub" in shown
    assert "grid_download" in [b.key for b in again.get("download_button")]
    again.button("grid_close").click().run()
    assert "cell" not in address(again)


def test_models_are_offered_when_several_endpoints_draw_and_each_draws(replica, tmp_path):
    with RunningGateway(tmp_path, StubReplicas(replica)) as gateway, pages_of(gateway):
        draw_with_two_models(gateway)


def draw_with_two_models(gateway):
    table = EndpointTable(gateway.database)
    for name in ("one", "two"):
        service = "inkcloud.services.text_to_image:TextToImageService"
        table.save(Endpoint(name=name, service=service, public=True))
    page = opened("grid")

    page.selectbox("grid_axis_down").select("Model").run()
    assert page.multiselect("grid_values_down_model").value == ["one", "two"]
    page.text_input("grid_values_across_steps").set_value("5").run()
    page.button("grid_draw").click().run()
    drawn(page)

    http, mine = gateway.http, gateway.authorization
    for name in ("one", "two"):
        listed = http.get(f"/endpoints/{name}/generations", headers=mine).json()["generations"]
        assert [generation["state"] for generation in listed] == ["succeeded"]


def test_one_model_is_not_offered_as_an_axis(page):
    assert "Model" not in page.selectbox("grid_axis_tabs").options


@pytest.mark.parametrize(
    "query", [{"cells": "1.x"}, {"cells": "9.x", "run": "x"}, {"cells": "1." + "A" * 7000}]
)
def test_an_address_that_cannot_be_read_is_told_and_the_page_works(gateway, query):
    page = opened("grid", **query)

    assert not page.exception
    assert "cannot" in words(page.error) or "can read" in words(page.error)
    assert not page.button("grid_draw").disabled


def test_an_address_without_a_run_fills_the_fields_and_draws_nothing(gateway, replica, page):
    page.text_input("grid_prompt").set_value("a blue cat")
    page.text_input("grid_values_across_steps").set_value("7, 9")
    page.button("grid_draw").click().run()
    cells = address(page)["cells"]
    drawn(page)

    fresh = opened("grid", cells=cells)

    assert cells_address.decode(cells).prompt == "a blue cat"
    assert fresh.text_input("grid_prompt").value == "a blue cat"
    assert not fresh.get("progress")
    assert len(replica.requests) == 6


def test_a_cell_that_fails_says_why(page):
    page.text_input("grid_prompt").set_value("fail")
    page.button("grid_draw").click().run()
    drawn(page)

    assert "There is no such scheduler" in words(page.error)
    assert progress(page) == "0 of 12 cells are drawn, 12 failed."
