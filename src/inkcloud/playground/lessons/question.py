"""A lesson's question, the reader's answer, and what their own experiment says to it."""

import streamlit as st

from inkcloud.playground.lessons.lesson import Lesson
from inkcloud.playground.lessons.lesson_session import LessonSession, answer_key


def draw_question(session: LessonSession) -> None:
    """Draw the question of the open lesson, and why the answer given is right or wrong."""
    lesson = session.lesson
    question = lesson.question
    st.subheader("Question", anchor=False)
    given = session.answers.of(lesson)
    keys = [answer.key for answer in question.answers]
    texts = {answer.key: answer.text for answer in question.answers}
    key = answer_key(lesson)
    # Not by `index`: the browser would take a later run's other index for a choice.
    if given is not None and key not in st.session_state:
        st.session_state[key] = given.key
    chosen = st.radio(
        question.text,
        keys,
        index=None,
        format_func=texts.__getitem__,
        key=key,
        persist_state="session",
    )
    if st.button("Check my answer", key="lesson_check", disabled=chosen is None) and chosen:
        session.answers = session.answers.given(lesson, str(chosen))
        session.put_address()
        st.rerun()
    _draw_feedback(session, lesson)


def evidence(session: LessonSession) -> str:
    """Return what the reader's own experiment says to the question."""
    outcome, right = session.outcome, session.lesson.question.right
    if outcome is None:
        return "Run the experiment above to see it measured on your own machine."
    sentence = outcome.reading.sentence
    if outcome.reading.found == right:
        return f"Your experiment shows it: {sentence}"
    return (
        f"Your experiment does not show it, though: {sentence} That can happen with an unusual "
        "prompt, seed or model; try another."
    )


def _draw_feedback(session: LessonSession, lesson: Lesson) -> None:
    given = session.answers.of(lesson)
    if given is None:
        return
    with st.container(key="lesson_feedback", width=760):
        if session.answers.right(lesson):
            st.success(f"**Right.** {given.reply}", icon=":material/check_circle:")
            st.markdown(evidence(session))
        else:
            st.error(
                f"**Not quite.** “{given.text}” is not right. {given.reply}",
                icon=":material/error:",
            )
            st.markdown("Look at the measurement above, choose again and check.")
