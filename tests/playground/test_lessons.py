"""The page Lessons, run by Streamlit's AppTest against a real gateway, and what it measures."""

import io
import re

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.playground.lessons.answers import Answers
from inkcloud.playground.lessons.course import LESSONS
from inkcloud.playground.lessons.lesson import Choice, Done, Lesson, Step
from inkcloud.playground.lessons.measures import coarse, distance, fine, pixels, saturation
from support.drawing_page import go_to
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplica, StubReplicas

LOOKS = 100
SCRIPT = """
import os
import streamlit as st
from inkcloud.client import InkcloudClient
from inkcloud.playground.lessons.page import draw_lessons_page
@st.cache_resource(show_spinner=False, on_release=InkcloudClient.close)
def opened(url, token):
    return InkcloudClient(url, token=token, endpoint="open")
client = opened(os.environ["INKCLOUD_URL"], os.environ["LESSON_TOKEN"])
draw_lessons_page(lambda endpoint: client)
"""
by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
# Where in its text a lesson says what its question asks for.
SAYS = {
    "diffusion": "only large things can be made out .* decided in the early steps",
    "negative": "at guidance 1 the negative prompt does nothing at all",
    "steps": "first doublings therefore change the picture a lot, and the last ones hardly at all",
    "guidance": "colours become fuller",
    "scheduler": "K_EULER_ANCESTRAL is of another kind.*arrives at \\*\\*another picture",
    "seed": "keep the seed to compare settings",
}


@pytest.fixture(scope="module")
def replica():
    with StubReplica() as stub:
        yield stub


@pytest.fixture(scope="module")
def gateway(replica, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with RunningGateway(folder, StubReplicas(replica)) as running:
        yield running
        st.cache_resource.clear()


@pytest.fixture(autouse=True)
def settings(gateway, monkeypatch):
    monkeypatch.setenv("INKCLOUD_URL", gateway.url)
    monkeypatch.setenv("LESSON_TOKEN", gateway.token)


def opened(**query: str) -> AppTest:
    page = AppTest.from_string(SCRIPT, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception, page.exception
    return page


def address(page: AppTest) -> dict[str, str]:
    return {n: v[0] if isinstance(v, list) else v for n, v in page.query_params.items()}


def finished(page: AppTest) -> AppTest:
    for _ in range(LOOKS):
        if page.session_state["lessons"].outcome is not None:
            return ran(page)
        ran(page)
    raise AssertionError(shown(page))


def shown(page: AppTest) -> str:
    elements = [*page.markdown, *page.success, *page.error, *page.warning, *page.caption]
    return "\n".join(str(element.value) for element in elements)


def check(page: AppTest, lesson: Lesson, key: str) -> AppTest:
    page.radio(f"lesson_{lesson.name}_answer").set_value(key)
    ran(page)
    page.button("lesson_check").click()
    return ran(page)


@by_lesson
def test_a_lesson_is_read_tried_and_answered(lesson, replica):
    page = opened(lesson=lesson.name)
    assert page.header[0].value == lesson.title
    assert [each.value for each in page.subheader] == ["Experiment", "Question"]

    page.button("lesson_run").click()
    finished(ran(page))
    sent = len(replica.requests)
    assert page.subheader[1].value == "What it measured"
    assert len(page.table[0].value) == len(page.session_state["lessons"].outcome.reading.rows)

    wrong = next(a for a in lesson.question.answers if a.key != lesson.question.right)
    check(page, lesson, wrong.key)
    assert "Not quite" in shown(page)
    assert wrong.reply in shown(page)
    check(page, lesson, lesson.question.right)
    assert "**Right.**" in shown(page)
    assert "Your experiment" in shown(page)

    again = finished(opened(**address(page)))
    assert "**Right.**" in shown(again)
    assert again.session_state["lessons"].outcome.reading.rows
    assert len(replica.requests) == sent


@by_lesson
def test_what_the_question_asks_stands_in_the_text(lesson):
    words = " ".join(lesson.text.split())

    assert re.search(SAYS[lesson.name], words), words
    assert 150 <= len(words.split()) <= 270
    assert lesson.question.answer(lesson.question.right)
    assert lesson.sources


@by_lesson
def test_every_value_of_the_controls_can_be_drawn_and_is_found_again(lesson):
    for prompt in lesson.prompts:
        for knob in lesson.knob.options or ("red", "a, b"):
            for seed in ("0", "3", str(2**64 - 1)):
                definition = lesson.define(Choice(prompt, seed, knob)).checked()

                assert 1 <= definition.count <= 8
                assert lesson.choice_of(definition).prompt == prompt
                assert lesson.choice_of(definition).knob == knob


@pytest.mark.parametrize("text", ["", "-1", "1.5", "nine", str(2**64)])
def test_a_seed_that_is_none_is_told(text):
    page = opened(lesson="seed")

    page.text_input("lesson_seed_seed").set_value(text)
    ran(page)

    assert "Allowed is a whole number" in shown(page)
    assert page.button("lesson_run").disabled


def test_no_words_to_keep_out_are_told():
    page = opened(lesson="negative")

    page.text_input("lesson_negative_knob").set_value("  ")
    ran(page)

    assert "nothing to keep out" in shown(page)


def test_an_experiment_is_stopped_and_taken_up_again(replica):
    page = opened(lesson="steps")
    page.selectbox("lesson_steps_prompt").set_value("a strawberry")
    ran(page)
    session = page.session_state["lessons"]
    page.button("lesson_run").click()
    page.run()
    session.work.stop()
    for _ in range(LOOKS):
        if not ran(page).session_state["lessons"].work.active:
            break
    left = session.work.done < len(session.work.cells)
    if left:
        page.button("lesson_missing").click()
    finished(ran(page))

    assert session.work.done == len(session.work.cells)


def test_the_next_lesson_follows_and_answers_stay():
    page = opened(lesson="diffusion", answers="diffusion-coarse.steps-from2.nonsense-x.seed-zzz")
    page.button("lesson_go_on").click()
    ran(page)

    assert page.header[0].value == "Negative prompt"
    assert address(page)["lesson"] == "negative"
    assert address(page)["answers"] == "diffusion-coarse.steps-from2"
    assert "Look at the measurement" not in shown(page)


def chosen(page):
    return next(field for field in page.radio if field.label == "Lesson").value


def test_going_back_leads_through_the_lessons_the_other_way():
    page = opened()
    assert address(page) == {"lesson": "diffusion"}
    check(page, LESSONS[0], LESSONS[0].question.right)
    answered = address(page)
    page.button("lesson_go_on").click()
    ran(page)

    ran(go_to(page, answered))
    assert chosen(page) == "diffusion"
    assert page.header[0].value == "How diffusion works"
    assert page.success
    assert address(ran(page)) == answered

    ran(go_to(page, {}))
    assert not page.success
    assert address(ran(page)) == {}

    ran(go_to(page, {"lesson": "negative"} | {"answers": answered["answers"]}))
    assert chosen(page) == "negative"


def test_the_address_says_which_lesson_it_is_before_the_lesson_is_drawn(monkeypatch):
    page = opened()
    seen = []
    heading = "inkcloud.playground.lessons.page.st.header"
    monkeypatch.setattr(heading, lambda text, **_: seen.append((text, *st.query_params.values())))

    page.button("lesson_go_on").click()
    ran(page)

    assert seen[-1] == ("Negative prompt", "negative")


def test_going_back_takes_an_experiment_away_and_forward_brings_it():
    page = run_of("scheduler")
    query = address(page)

    ran(go_to(page, {"lesson": "scheduler"}))
    assert [each.value for each in page.subheader] == ["Experiment", "Question"]

    finished(ran(go_to(page, query)))
    assert page.subheader[1].value == "What it measured"
    assert address(page) == query


def test_a_press_before_the_browser_had_the_latest_address_goes_on():
    page = opened()
    before = address(page)
    page.button("lesson_go_on").click()
    ran(page)

    go_to(page, before)
    page.button("lesson_go_on").click()

    assert ran(page).header[0].value == LESSONS[2].title


@pytest.mark.parametrize(
    "query",
    [
        {"lesson": "x" * 500, "answers": "-.-..--"},
        {"lesson": "steps", "cells": "1.zzz", "run": "00000000-000000000000"},
        {"lesson": "scheduler", "cells": "9", "run": "../../x"},
    ],
)
def test_an_address_that_nobody_made_is_told_and_the_page_goes_on(query):
    page = opened(**query)

    assert page.button("lesson_run")
    assert page.error or query["lesson"].startswith("x")


def test_an_experiment_of_another_lesson_is_told():
    query = address(run_of("guidance"))
    page = opened(**{**query, "lesson": "scheduler"})

    assert "not one of this lesson" in shown(page)
    assert page.header[0].value == "Scheduler"
    assert "cells" not in address(page)


def run_of(name: str) -> AppTest:
    page = opened(lesson=name)
    page.button("lesson_run").click()
    return finished(ran(page))


def test_answers_survive_the_address():
    given = Answers().given(LESSONS[2], "from16").given(LESSONS[4], "k_euler_ancestral")

    assert Answers.from_text(given.to_text()) == given
    assert given.right(LESSONS[2])
    assert not Answers.from_text("steps-nothing").keys


# What the lessons measure, on pictures whose answer is known.


def png(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.clip(array, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def flat(level: float, colour: float = 0.0, side: int = 16) -> np.ndarray:
    picture = np.full((side, side, 3), float(level))
    picture[..., 0] += colour
    return picture


def reading_of(lesson: Lesson, pictures: list[np.ndarray], seconds: float | None = 1.0):
    cells = lesson.define(lesson.first).cells()
    assert len(cells) == len(pictures)
    done = tuple(Done(c, png(p), seconds) for c, p in zip(cells, pictures, strict=True))
    return lesson.measure(done)


def lesson_named(name: str) -> Lesson:
    return next(lesson for lesson in LESSONS if lesson.name == name)


def test_measures_are_what_they_say():
    board = np.indices((16, 16)).sum(axis=0)[..., None] % 2 * np.full(3, 100.0)

    assert distance(flat(10), flat(13)) == pytest.approx(3)
    assert saturation(flat(128)) == 0
    assert saturation(np.stack([np.full((4, 4), v) for v in (255.0, 0.0, 0.0)], -1)) == 100
    assert np.allclose(coarse(board), 50)
    assert np.allclose(coarse(flat(7)) + fine(flat(7)), flat(7))
    assert fine(np.zeros((18, 17, 3))).shape == (16, 16, 3)


def test_guidance_is_judged_by_saturation():
    lesson = lesson_named("guidance")

    assert reading_of(lesson, [flat(100, c) for c in (0, 20, 40, 60, 80)]).found == "fuller"
    assert reading_of(lesson, [flat(100, c) for c in (80, 60, 40, 20, 0)]).found == "paler"
    assert reading_of(lesson, [flat(100, 20)] * 5).found == "same"


def test_steps_are_judged_by_the_doubling_that_changes_least():
    lesson = lesson_named("steps")

    assert reading_of(lesson, [flat(v) for v in (0, 80, 120, 140, 141)]).found == "from16"
    assert reading_of(lesson, [flat(v) for v in (0, 1, 120, 140, 200)], None).found == "from2"


def test_schedulers_are_judged_by_which_is_alone():
    lesson = lesson_named("scheduler")
    levels = (10, 11, 10, 12, 9, 10, 90, 120)

    assert reading_of(lesson, [flat(v) for v in levels]).found == "k_euler_ancestral"
    assert reading_of(lesson, [flat(v) for v in (*levels[6:], *levels[:6])]).found == "ddim"


def test_seeds_are_judged_against_steps():
    lesson = lesson_named("seed")

    assert reading_of(lesson, [flat(v) for v in (0, 1, 100, 101, 200, 201)]).found == "keep"
    assert reading_of(lesson, [flat(v) for v in (0, 200, 1, 201, 2, 202)]).found is None


def test_a_negative_prompt_is_judged_by_whether_anything_moved():
    lesson = lesson_named("negative")

    assert reading_of(lesson, [flat(v) for v in (9, 9, 0, 50)]).found == "nothing"
    assert reading_of(lesson, [flat(v) for v in (9, 10, 0, 50)]).found == "less"
    assert reading_of(lesson, [flat(v) for v in (9, 90, 0, 50)]).found == "more"
    assert reading_of(lesson, [flat(9)] * 4).found is None


def recorded(first: str) -> tuple[Done, ...]:
    """A picture whose coarse shapes, or whose fine details, come first."""
    lesson, board = lesson_named("diffusion"), np.indices((16, 16)).sum(axis=0)[..., None] % 2
    steps = []
    for number in range(1, 21):
        early, late = min(1, number / 5), max(0, (number - 10) / 10)
        large, small = (early, late) if first == "coarse" else (late, early)
        picture = png(100 * large + 60 * small * (board - 0.5) + np.zeros((16, 16, 3)) + 40)
        steps.append(Step(number, picture, picture))
    return (Done(lesson.define(lesson.first).cells()[0], steps[-1].predicted, 1.0, tuple(steps)),)


@pytest.mark.parametrize("first", ["coarse", "fine"])
def test_diffusion_is_judged_by_what_comes_half_way_first(first):
    done = recorded(first)

    assert lesson_named("diffusion").measure(done).found == first
    assert len(lesson_named("diffusion").show(done)) == 6
    assert pixels(lesson_named("diffusion").show(done)[0].picture).shape == (16, 36, 3)


def test_words_are_needed_and_the_error_says_so():
    lesson = lesson_named("negative")

    with pytest.raises(InvalidRequest, match="nothing to keep out"):
        lesson.define(Choice("an apple", "1", ""))
    assert issubclass(InvalidRequest, InkcloudError)
