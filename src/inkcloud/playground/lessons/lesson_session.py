"""What an open page Lessons remembers between Streamlit's reruns, and its address."""

import io
import json
import zipfile
from dataclasses import dataclass, field

import streamlit as st

from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import AT_ONCE, CellWork
from inkcloud.playground.cells.estimate import Clients
from inkcloud.playground.kept_address import KeptAddress
from inkcloud.playground.lessons.answers import Answers
from inkcloud.playground.lessons.course import LESSONS
from inkcloud.playground.lessons.lesson import Done, Lesson, Reading, Shown, Step

CHOICE_KEY = "lesson_choice"
_KEY = "lessons"
_LESSON, _ANSWERS = "lesson", "answers"


@dataclass(frozen=True)
class Outcome:
    """What a finished experiment came to.

    Attributes:
        run: the run's id.
        shown: its pictures.
        reading: what it measured.
    """

    run: str
    shown: tuple[Shown, ...]
    reading: Reading


@dataclass
class LessonSession:
    """The mutable state of one open page, beside its fields.

    Attributes:
        lesson: the open lesson.
        answers: the answers given.
        works: the latest experiment of each lesson by its name.
        outcomes: what finished experiments came to, by the lesson's name.
        address: the page's.
        turned: how often the page itself has turned to a lesson.
    """

    lesson: Lesson = LESSONS[0]
    answers: Answers = field(default_factory=Answers)
    works: dict[str, CellWork] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    address: KeptAddress = field(default_factory=KeptAddress)
    turned: int = 0

    @property
    def choice_key(self) -> str:
        """The key of the field that says which lesson is open, another one each time.

        A browser that has not drawn one value of a field yet may miss the next one. A field that
        is new to it has what it is given.
        """
        return f"{CHOICE_KEY}_{self.turned}"

    @property
    def work(self) -> CellWork | None:
        """The open lesson's experiment; None before the first."""
        return self.works.get(self.lesson.name)

    @property
    def outcome(self) -> Outcome | None:
        """What the open lesson's experiment came to; None before its end."""
        return self.outcomes.get(self.lesson.name)

    def turn(self, lesson: Lesson) -> None:
        """Open a lesson that was not chosen in the field."""
        self.lesson = lesson
        self.turned += 1

    def begin(self, run: CellRun, clients: Clients) -> None:
        """Turn to another experiment of the open lesson."""
        at_once = 1 if self.lesson.alone else AT_ONCE
        work = CellWork(run, clients, at_once, frames=self.lesson.steps)
        self.works[self.lesson.name] = work
        self.outcomes.pop(self.lesson.name, None)

    def conclude(self, clients: Clients) -> None:
        """Measure the open lesson's experiment once all of its pictures are there.

        Raises:
            InkcloudError: if its steps cannot be fetched.
        """
        work, known = self.work, self.outcome
        if work is None or (known is not None and known.run == work.run.id):
            return
        outcome = outcome_of(work, self.lesson, clients)
        if outcome is not None:
            self.outcomes[self.lesson.name] = outcome

    def put_address(self) -> None:
        """Let the page's address say what is shown, so that a reload shows it again."""
        self.address.put(self.query())

    def query(self) -> dict[str, str]:
        """Return what the address is to say."""
        query = {_LESSON: self.lesson.name}
        if self.answers.keys:
            query[_ANSWERS] = self.answers.to_text()
        if self.work is not None:
            query.update(self.work.run.to_query())
        return query

    def turn_to(self, query: dict[str, str], clients: Clients) -> None:
        """Show what an address says: the lesson, the answers and the experiment in it.

        Raises:
            InvalidRequest: if the experiment cannot be read. The rest is shown nevertheless.
        """
        name = query.get(_LESSON, "")
        self.turn(next((each for each in LESSONS if each.name == name), LESSONS[0]))
        self.answers = Answers.from_text(query.get(_ANSWERS, ""))
        run = CellRun.from_query(query, kind_of(self.lesson))
        if run is None:
            self.works.pop(self.lesson.name, None)
        elif self.work is None or self.work.run.id != run.id:
            _check(run, self.lesson)
            self.begin(run, clients)


def lesson_session(clients: Clients) -> LessonSession:
    """Return the open page's session.

    The address decides when the page is opened, and when the person goes to another address.

    Raises:
        InvalidRequest: if the experiment in the address cannot be read. The lesson and the
            answers are there nevertheless.
    """
    known: LessonSession | None = st.session_state.get(_KEY)
    session = known or LessonSession()
    st.session_state[_KEY] = session
    if known is None:
        session.turn_to(st.query_params.to_dict(), clients)
        return session
    query = session.address.gone_to()
    if query is not None:
        session.turn_to(query, clients)
        session.address.adopt(session.query())
        _fill_answer(session)
    return session


def answer_key(lesson: Lesson) -> str:
    """Return the key of the field for a lesson's answer."""
    return f"lesson_{lesson.name}_answer"


def _fill_answer(session: LessonSession) -> None:
    """Let the field of a page that is open already hold the answer that its session knows."""
    given = session.answers.of(session.lesson)
    if given is not None:
        st.session_state[answer_key(session.lesson)] = given.key


def _check(run: CellRun, lesson: Lesson) -> None:
    """Let only those experiments pass that the lesson's own controls can make."""
    try:
        own = lesson.define(lesson.choice_of(run.definition))
    except (IndexError, ValueError):
        own = None
    if own != run.definition:
        raise InvalidRequest(
            "The address names an experiment that is not one of this lesson.",
            field="cells",
            value=lesson.title,
            allowed="an address that was copied as a whole",
        )


def outcome_of(work: CellWork, lesson: Lesson, clients: Clients) -> Outcome | None:
    """Return what an experiment came to; None while a picture is missing.

    Raises:
        InkcloudError: if its steps cannot be fetched.
    """
    if any(work.picture(cell) is None for cell in work.cells):
        return None
    done = _done(work, lesson, clients)
    return Outcome(work.run.id, lesson.show(done), lesson.measure(done))


def kind_of(lesson: Lesson) -> str:
    """Return the first part of the tags of a lesson's generations."""
    return f"lesson-{lesson.name}"


def _done(work: CellWork, lesson: Lesson, clients: Clients) -> tuple[Done, ...]:
    found = []
    for cell in work.cells:
        picture, status = work.picture(cell), work.status(cell)
        if picture is None or status is None:
            continue
        steps = _steps(clients(cell.endpoint).frame_archive(status.id)) if lesson.steps else ()
        found.append(Done(cell, picture, status.seconds, steps))
    return tuple(found)


def _steps(archive: bytes) -> tuple[Step, ...]:
    """Read the ZIP file of a generation's frames."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return tuple(
                Step(
                    int(facts["step"]),
                    opened.read(f"{number:03}-predicted.png"),
                    opened.read(f"{number:03}-noisy.png"),
                )
                for number, facts in enumerate(json.loads(opened.read("frames.json")))
            )
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise InkcloudError("The steps of this picture cannot be read.") from error
