"""The page Schedulers, run by Streamlit's AppTest against the real gateway."""

import pytest

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
def page(shared_gateway, replica):
    with pages_of(shared_gateway):
        yield opened("schedulers")


def small(page):
    page.multiselect("schedulers_names").set_value(["K_EULER", "K_EULER_ANCESTRAL"])
    page.text_input("schedulers_steps").set_value("2, 4")
    page.number_input("schedulers_reference").set_value(9)
    page.text_input("schedulers_seeds").set_value("7").run()
    page.button("schedulers_run").click().run()


def finished(page):
    return run_until(page, lambda page: "What came out" in words(page.header))


def test_the_page_says_what_it_costs_and_draws_nothing_by_itself(page, replica):
    assert not page.exception
    assert "60 cells, 1,691 model calls" in words(page.caption)
    assert replica.requests == []


def test_the_experiment_runs_one_picture_at_a_time_and_shows_what_came_out(page, replica):
    small(page)
    finished(page)

    assert not page.exception
    assert len(replica.requests) == 6
    assert replica.most_at_once == 1
    assert "K\\_EULER with 2 steps" in words(page.success)
    assert "adds fresh noise" in words(page.markdown)
    assert [b.key for b in page.get("download_button")] == [
        f"schedulers_export_{ending}" for ending in ("json", "csv", "html")
    ]


def test_going_back_leads_off_the_experiment_and_forward_to_it(page, replica):
    small(page)
    run = address(finished(page))

    go_to(page, {}).run()
    assert "Run the experiment" in words(page.info)
    page.run()
    assert address(page) == {}

    go_to(page, run).run()
    finished(page)
    page.run()
    assert address(page) == run
    assert len(replica.requests) == 6


def test_a_reload_shows_the_same_experiment_and_draws_nothing_again(page, replica):
    small(page)
    finished(page)

    again = finished(opened("schedulers", **address(page)))

    assert len(replica.requests) == 6
    assert again.text_input("schedulers_steps").value == "2, 4"
    assert again.multiselect("schedulers_names").value == ["K_EULER", "K_EULER_ANCESTRAL"]


def test_stopping_keeps_what_is_drawn(page, replica):
    page.text_input("schedulers_prompt").set_value("slow")
    small(page)
    page.run()

    page.button("schedulers_stop").click().run()

    assert "Stopped. 0 of 6" in page.get("progress")[0].proto.text
    replica.release()
    page.button("schedulers_go_on").click().run()
    finished(page)


def test_a_budget_and_a_tolerance_change_the_answer(page):
    small(page)
    finished(page)

    page.number_input("schedulers_budget").set_value(0.01).run()

    assert "Nothing that was measured is done in 0.01 s" in words(page.success)


def test_a_converged_picture_needs_more_steps_than_the_others(page):
    page.number_input("schedulers_reference").set_value(30).run()

    assert "more than 50 steps" in words(page.error)
    assert page.button("schedulers_run").disabled


def test_an_address_of_a_grid_is_refused_and_the_page_works(page, shared_gateway):
    grid = opened("grid")
    grid.button("grid_draw").click().run()

    strange = opened("schedulers", **address(grid))
    run_until(grid, lambda grid: not grid.button("grid_draw").disabled)

    assert not strange.exception
    assert "no comparison of schedulers" in words(strange.error)


def test_a_saved_file_is_shown_and_a_foreign_one_refused(page):
    small(page)
    finished(page)
    saved = page.session_state["schedulers"].measured().to_json().encode()
    fresh = opened("schedulers")

    fresh.file_uploader("schedulers_file").set_value(("x.json", b"{}", "application/json")).run()
    fresh.button("schedulers_show_file").click().run()
    assert "cannot be read as a comparison" in words(fresh.error)
    fresh.file_uploader("schedulers_file").set_value(("x.json", saved, "application/json")).run()
    fresh.button("schedulers_show_file").click().run()

    assert "from a file" in words(fresh.info)
    assert "K\\_EULER with 2 steps" in words(fresh.success)
