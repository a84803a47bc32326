"""Which questions a reader has answered, and how, as the page's address keeps it."""

from dataclasses import dataclass, field

from inkcloud.playground.lessons.course import LESSONS
from inkcloud.playground.lessons.lesson import Answer, Lesson


@dataclass(frozen=True)
class Answers:
    """The answers given so far.

    Attributes:
        keys: the answer's key by the lesson's name.
    """

    keys: dict[str, str] = field(default_factory=dict)

    def of(self, lesson: Lesson) -> Answer | None:
        """Return the answer given to a lesson's question; None before there is one."""
        return lesson.question.answer(self.keys.get(lesson.name, ""))

    def right(self, lesson: Lesson) -> bool:
        """Say whether a lesson's question has been answered rightly."""
        return self.keys.get(lesson.name) == lesson.question.right

    def given(self, lesson: Lesson, key: str) -> "Answers":
        """Return the answers with one more."""
        return Answers({**self.keys, lesson.name: key})

    def to_text(self) -> str:
        """Return the form for the address: "steps-from16.seed-keep"."""
        return ".".join(f"{name}-{key}" for name, key in self.keys.items())

    @classmethod
    def from_text(cls, text: str) -> "Answers":
        """Read `to_text`'s form; what is no answer of a lesson is left out."""
        pairs = dict(part.split("-", 1) for part in text.split(".") if "-" in part)
        return cls(
            {
                lesson.name: pairs[lesson.name]
                for lesson in LESSONS
                if lesson.question.answer(pairs.get(lesson.name, ""))
            }
        )
