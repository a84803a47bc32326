"""The page Lessons."""

import streamlit as st

from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.cells.estimate import Clients
from inkcloud.playground.lessons.course import LESSONS
from inkcloud.playground.lessons.experiment import draw_experiment
from inkcloud.playground.lessons.lesson import Lesson, Source
from inkcloud.playground.lessons.lesson_session import CHOICE_KEY, LessonSession, lesson_session
from inkcloud.playground.lessons.opening import draw_opening
from inkcloud.playground.lessons.question import draw_question
from inkcloud.playground.wording import error_text

_TITLES = {lesson.name: lesson.title for lesson in LESSONS}


def draw_lessons_page(clients: Clients) -> None:
    """Draw the page.

    Args:
        clients: returns the client of an endpoint; "" is the page's own.
    """
    st.title("Lessons", anchor=False)
    st.markdown(
        "Six short lessons. Each explains one thing, lets you try it on your own machine, and "
        "asks one question that your own experiment can answer."
    )
    try:
        session = lesson_session(clients)
    except InkcloudError as error:
        st.error(error_text(error), icon=":material/warning:")
        session = lesson_session(clients)
    _draw_choice(session)
    # Before the lesson is seen: who goes back as soon as it is would go back from its address.
    session.put_address()
    _draw_text(session.lesson)
    draw_opening(session.turned)
    draw_experiment(session, clients)
    draw_question(session)
    _draw_next(session)
    session.put_address()


def progress_text(session: LessonSession) -> str:
    """Return which questions are answered and which are open, in words."""
    answered = [lesson.title for lesson in LESSONS if session.answers.right(lesson)]
    rest = [lesson.title for lesson in LESSONS if not session.answers.right(lesson)]
    text = f"{len(answered)} of {len(LESSONS)} questions answered rightly"
    if not rest:
        return f"{text}. You have been through all of them."
    return f"{text}. Still open: {', '.join(rest)}."


def _draw_choice(session: LessonSession) -> None:
    key = session.choice_key
    # Not by `index`: the browser would take a later run's other index for a choice.
    if key not in st.session_state:
        st.session_state[key] = session.lesson.name
    with st.container(key=CHOICE_KEY):
        chosen = st.radio(
            "Lesson", list(_TITLES), format_func=_TITLES.__getitem__, key=key, horizontal=True
        )
    session.lesson = next(lesson for lesson in LESSONS if lesson.name == chosen)
    right = sum(session.answers.right(lesson) for lesson in LESSONS)
    st.progress(right / len(LESSONS), text=progress_text(session))


def _draw_text(lesson: Lesson) -> None:
    with st.container(key="lesson_text", width=760):
        st.header(lesson.title, anchor=False)
        st.markdown(lesson.text)
        st.markdown("**Where this comes from**\n" + "\n".join(map(_source_line, lesson.sources)))


def _source_line(source: Source) -> str:
    link = f"[arXiv:{source.arxiv}](https://arxiv.org/abs/{source.arxiv})"
    return f"- {source.text}, {link}: {source.says}."


def _draw_next(session: LessonSession) -> None:
    index = LESSONS.index(session.lesson)
    if index + 1 == len(LESSONS):
        return
    following = LESSONS[index + 1]
    if st.button(
        f"Next lesson: {following.title}", key="lesson_go_on", icon=":material/arrow_forward:"
    ):
        session.turn(following)
        st.rerun()
