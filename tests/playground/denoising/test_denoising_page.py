"""The page Denoising, run by Streamlit's AppTest against a real gateway."""

import pytest

from inkcloud.control.ports import ReplicaState
from inkcloud.playground.denoising.alignment import Alignment
from support.drawing_page import address, client_of, go_to, opened, pages_of, run_until, words
from support.real_gateway import real_gateway
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas
from support.waiting import wait_until


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    with real_gateway(tmp_path_factory.mktemp("real")) as gateway:
        yield gateway


@pytest.fixture
def stub(tmp_path):
    with (
        StubReplica() as replica,
        RunningGateway(tmp_path, StubReplicas(replica)) as gateway,
        pages_of(gateway),
    ):
        yield replica


def idle(page):
    return not page.button("denoising_run").disabled


def at_work(page):
    return any(button.key == "denoising_cancel" for button in page.button)


def run(page, *, prompt="a cat", steps=4, scheduler="DDIM", compared=None):
    page.text_input("denoising_prompt").set_value(prompt)
    page.number_input("denoising_steps").set_value(steps)
    page.selectbox("denoising_scheduler").set_value(scheduler)
    page.selectbox("denoising_compared").set_value(compared)
    page.button("denoising_run").click().run()
    assert not page.exception
    return page


def drawn(page, **wanted):
    return run_until(run(page, **wanted), idle)


def labels(page):
    return {each.proto.label for each in page.get("download_button")}


def told(page):
    return [text for text in (each.value for each in page.markdown) if text.startswith("**Step")]


def test_going_back_shows_the_run_before(real):
    page = drawn(opened("denoising"), steps=3)
    first = address(page)
    drawn(page, steps=5)
    page.number_input("denoising_steps").set_value(7).run()

    run_until(go_to(page, first).run(), idle)
    assert told(page)[0].startswith("**Step 1 of 3")
    assert address(page.run()) == first

    go_to(page, {}).run()
    assert "There is nothing to look at yet" in words(page.info)
    assert address(page.run()) == {}


def test_an_empty_page_says_what_to_do(real):
    page = opened("denoising")

    assert not page.exception
    assert "Press **Run**" in words(page.info)
    assert page.title[0].value == "Denoising"
    assert address(page) == {}


def test_a_run_is_looked_at_step_by_step(real):
    page = drawn(opened("denoising"))

    slider = page.select_slider("denoising_frame_of_4")
    assert [slider.options[0], slider.options[-1]] == ["1 of 4", "4 of 4"]
    [first] = told(page)
    assert first.startswith("**Step 1 of 4.** Noise level ")
    assert "first prediction" in first

    slider.set_value(3).run()

    [last] = told(page)
    assert last.startswith("**Step 4 of 4.**")
    assert "levels on average" in last
    assert "The ring is the step above: DDIM at" in words(page.caption)
    assert len(page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")) == 1


def test_two_schedulers_stand_side_by_side_by_step_or_by_noise_level(real):
    page = drawn(opened("denoising"), scheduler="DPMSolverMultistep", compared="PNDM", steps=10)

    page.select_slider("denoising_frame_of_10").set_value(2).run()
    by_step = told(page)
    [chooser] = [each for each in page.button_group if each.key == "denoising_alignment"]
    chooser.set_value(Alignment.NOISE_LEVEL).run()
    by_level = told(page)

    assert by_step[0] == by_level[0]
    assert by_step[0].startswith("**Step 3 of 10.**")
    assert by_step[1].startswith("**Step 2 of 10, model call 3 of 11.**")
    assert by_level[1].startswith("**Step 1 of 10, model call 2 of 11.**")
    assert "The two predictions differ by" in words(page.markdown)
    assert "noise levels are nearest" in words(page.caption)
    assert set(address(page)) == {"first", "second"}


def test_a_reload_and_a_second_tab_show_the_same_and_fill_the_fields(real):
    first = drawn(opened("denoising"), prompt="a red cat", scheduler="KLMS", compared="K_EULER")

    second = run_until(opened("denoising", **address(first)), lambda page: bool(told(page)))

    assert told(second) == told(first)
    assert second.text_input("denoising_prompt").value == "a red cat"
    assert second.selectbox("denoising_scheduler").value == "KLMS"
    assert second.selectbox("denoising_compared").value == "K_EULER"
    assert second.number_input("denoising_steps").value == 4


def test_other_schedulers_curves_come_from_the_endpoint(real):
    page = drawn(opened("denoising"))

    [chooser] = [each for each in page.button_group if each.key == "denoising_other_curves"]
    options = [each.content if hasattr(each, "content") else each for each in chooser.options]

    assert len(options) == 5
    assert not any("DDIM" in str(option) for option in options)
    chooser.set_value(["PNDM"]).run()
    assert not page.exception


def test_an_endpoint_at_rest_is_not_started_for_a_chart(real):
    first = address(drawn(opened("denoising")))
    replicas = real.parts.replicas
    replicas.current = ReplicaState.IDLE
    try:
        page = run_until(opened("denoising", **first), lambda page: bool(told(page)))
    finally:
        replicas.current = ReplicaState.RUNNING

    assert "Each dot is a step" in words(page.caption)
    assert not any(each.key == "denoising_other_curves" for each in page.button_group)


def test_the_animation_plays_only_when_it_is_asked_for(real):
    page = drawn(opened("denoising"))
    before = labels(page)

    page.toggle("denoising_playing").set_value(True).run()

    assert not page.exception
    assert labels(page) - before == {"Download the animation (GIF)"}
    assert "All steps of DDIM (ZIP)" in before


def test_a_bad_seed_is_named_and_nothing_is_sent(stub):
    page = opened("denoising")
    page.text_input("denoising_seed").set_value("-3")

    run(page)

    assert "Starting Seed" in words(page.error)
    assert stub.requests == []
    assert idle(page)


def test_progress_is_there_at_once_and_cancel_ends_it_without_frames(stub):
    page = run(opened("denoising"), prompt="slow squid", compared="PNDM")

    assert at_work(page)
    assert page.button("denoising_run").disabled
    assert stub.next_started() == "slow squid"
    page.button("denoising_cancel").click().run()
    run_until(page, idle)

    assert words(page.info).count("Cancelled.") == 2
    assert told(page) == []
    # The other one may have been cancelled before it got there.
    assert stub.next_gone() == "slow squid"


def test_a_failure_is_shown_as_on_the_page_generate(stub):
    page = drawn(opened("denoising"), prompt="fail please")

    assert "Select Scheduler" in words(page.error)


def test_a_generation_without_frames_says_so(stub):
    page = drawn(opened("denoising"))
    job = address(page)["first"]
    assert len(told(page)) == 1

    plain = client_of("").submit("no frames")
    wait_until(lambda: client_of("").get(plain.id).state.final)
    other = run_until(opened("denoising", first=plain.id), lambda p: bool(p.warning))

    assert "has no frames" in words(other.warning)
    assert job != plain.id


def test_an_address_that_names_nothing_real_is_explained(stub):
    page = run_until(opened("denoising", first="gen_unknown"), lambda p: bool(p.error))

    assert "does not know this generation" in words(page.error)
    assert "Press **Run** to draw it again" in words(page.error)
    assert opened("denoising", first="../../tokens").error == []
