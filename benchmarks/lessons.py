"""Does every lesson's experiment show what the lesson says, whatever the reader chooses?

Runs each lesson's experiment for each of its prompts, and for each value of its own control with
its first prompt, at a running gateway, and prints what was measured:

    inkcloud up
    python benchmarks/lessons.py --token ink_...
"""

import argparse
import time

from inkcloud.client import InkcloudClient
from inkcloud.playground.cells.cell_run import CellRun
from inkcloud.playground.cells.cell_work import CellWork
from inkcloud.playground.lessons.course import LESSONS
from inkcloud.playground.lessons.lesson import Choice, Lesson
from inkcloud.playground.lessons.lesson_session import Outcome, outcome_of


def choices(lesson: Lesson, seeds: list[str]) -> list[Choice]:
    first = lesson.first
    varied = [Choice(prompt, first.seed, first.knob) for prompt in lesson.prompts]
    varied += [Choice(first.prompt, first.seed, knob) for knob in lesson.knob.options]
    varied += [Choice(first.prompt, seed, first.knob) for seed in seeds]
    return list(dict.fromkeys(varied))


def run(client: InkcloudClient, lesson: Lesson, choice: Choice) -> Outcome:
    definition = lesson.define(choice).checked()
    work = CellWork(CellRun.new(definition, "bench"), lambda _: client, frames=lesson.steps)
    while work.active:
        work.look()
        time.sleep(0.2)
    outcome = outcome_of(work, lesson, lambda _: client)
    if outcome is None:
        message = f"The experiment of {lesson.name} did not come to its end."
        raise RuntimeError(message)
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--token")
    parser.add_argument("--seeds", nargs="*", default=["1", "7"])
    parser.add_argument("--lessons", nargs="*", default=[lesson.name for lesson in LESSONS])
    asked = parser.parse_args()
    agreed, count = 0, 0
    with InkcloudClient(asked.url, token=asked.token) as client:
        for lesson in [lesson for lesson in LESSONS if lesson.name in asked.lessons]:
            for choice in choices(lesson, asked.seeds):
                reading = run(client, lesson, choice).reading
                shows = reading.found == lesson.question.right
                agreed, count = agreed + shows, count + 1
                verdict = "shows it" if shows else "DOES NOT SHOW IT"
                told = f"{choice.prompt}, seed {choice.seed}, {choice.knob}"
                print(f"{lesson.name}: {told}: {verdict}. {reading.sentence}", flush=True)
    print(f"{agreed} of {count} experiments show what the lesson says.")


if __name__ == "__main__":
    main()
