"""What a lesson is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from inkcloud.playground.cells.definition import Cell, CellsDefinition


@dataclass(frozen=True)
class Source:
    """A paper that a claim rests on.

    Attributes:
        text: authors, year and title.
        arxiv: its number at arXiv.
        says: which claim of the lesson it supports, as a short clause.
    """

    text: str
    arxiv: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Knob:
    """The one control that belongs to a lesson, beside the prompt and the seed.

    Attributes:
        label: what stands above it.
        help: what it does to the experiment.
        options: the values to choose from; with none it is a text to type.
        first: what it begins with.
    """

    label: str
    help: str
    options: tuple[str, ...] = ()
    first: str = ""


@dataclass(frozen=True)
class Choice:
    """What the controls of a lesson hold.

    Attributes:
        prompt: what to draw.
        seed: as text, see `Parameters.seed`.
        knob: the value of the lesson's own control.
    """

    prompt: str
    seed: str
    knob: str


@dataclass(frozen=True)
class Step:
    """One recorded step of a picture.

    Attributes:
        number: from 1.
        predicted: what the model took the picture to be, PNG.
        noisy: what it was shown, PNG.
    """

    number: int
    predicted: bytes
    noisy: bytes


@dataclass(frozen=True)
class Done:
    """One finished cell of an experiment.

    Attributes:
        cell: what was drawn.
        picture: PNG.
        seconds: how long it took; None if the gateway did not say.
        steps: what every step saw and predicted, where the lesson asks for it.
    """

    cell: Cell
    picture: bytes
    seconds: float | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Shown:
    """One picture of an experiment, as the page shows it.

    Attributes:
        caption: what it is, for everybody.
        picture: PNG.
    """

    caption: str
    picture: bytes


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What an experiment measured.

    Attributes:
        explanation: what the numbers are.
        columns: the titles of the table.
        rows: the table, as text.
        chart: the same as (label, number), for a bar chart.
        unit: of the chart's numbers.
        sentence: the result in one sentence.
        found: the key of the answer that these numbers speak for; None if for none.
    """

    explanation: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: tuple[tuple[str, float], ...]
    unit: str
    sentence: str
    found: str | None


@dataclass(frozen=True)
class Answer:
    """An answer to choose.

    Attributes:
        key: names it in the page's address.
        text: the answer.
        reply: why it is right or wrong.
    """

    key: str
    text: str
    reply: str


@dataclass(frozen=True)
class Question:
    """A question with its answers.

    Attributes:
        text: the question.
        answers: to choose from.
        right: the key of the right one.
    """

    text: str
    answers: tuple[Answer, ...]
    right: str

    def answer(self, key: str) -> Answer | None:
        """Return the answer of that key; None if there is none."""
        return next((answer for answer in self.answers if answer.key == key), None)


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson.

    Attributes:
        name: names it in the page's address.
        title: its heading.
        text: Markdown.
        sources: the papers behind its claims.
        task: what the experiment draws, in a sentence.
        prompts: what to draw, to choose from; the first is drawn first.
        knob: its own control.
        define: returns what the experiment draws.
        knob_of: returns the knob's value of an experiment.
        show: returns the experiment's pictures.
        measure: returns what all finished cells tell.
        question: its question.
        steps: whether every step is recorded.
        alone: whether the pictures are drawn one after another, so that their times tell
            something.
    """

    name: str
    title: str
    text: str
    sources: tuple[Source, ...]
    task: str
    prompts: tuple[str, ...]
    knob: Knob
    define: Callable[[Choice], CellsDefinition]
    knob_of: Callable[[CellsDefinition], str]
    show: Callable[[tuple[Done, ...]], tuple[Shown, ...]]
    measure: Callable[[tuple[Done, ...]], Reading]
    question: Question
    steps: bool = False
    alone: bool = False

    def choice_of(self, definition: CellsDefinition) -> Choice:
        """Return what the controls held when an experiment was begun."""
        return Choice(definition.prompt, definition.parameters.seed, self.knob_of(definition))

    @property
    def first(self) -> Choice:
        """What the controls hold at first."""
        return Choice(self.prompts[0], "3", self.knob.first)
