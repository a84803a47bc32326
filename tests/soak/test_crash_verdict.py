"""The judge of the crash run tells each way of breaking the promise."""

import pytest

from support.crash.history import LEDGER, PICTURES, Seen, Work
from support.crash.verdict import Execution, Kill, Row, problems, read_ledger

ANSWER = {"output": {"number": 3, "square": 9, "execution": "a"}}
WELL = (Row("id", "succeeded"),)
DONE = [("completed", "sha")]


def seen(**changes):
    work = Work(3, LEDGER, {"number": 3, "milliseconds": 0})
    facts = {"ids": ["id"], "acknowledged": 10.0, "ended": 20.0, "ends": DONE, "output": ANSWER}
    return Seen(work, **{**facts, **changes})


def judge(job, executions=None, kills=(), rows=WELL):
    executions = [Execution("a", 7, 11.0, 12.0)] if executions is None else executions
    pictures = {"an octopus": {"image_0": "right"}}
    return problems(job, executions, list(kills), {job.work.key: list(rows)}, pictures)


def test_a_job_that_was_done_once_is_well():
    assert judge(seen()) == []


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (seen(ends=[], output=None), "stuck"),
        (seen(ends=[*DONE, ("completed", "other")]), "2 ways"),
        (seen(ends=[("refused", "502 replica_lost")], output=None), "failed: 502"),
        (seen(ids=["id", "other"]), "2 jobs"),
        (seen(output={"output": {"number": 3, "square": 8, "execution": "a"}}), "wrong"),
        (seen(output={"output": {"number": 3, "square": 9, "execution": "b"}}), "never ended"),
        (seen(oddities=["it is lost"]), "lost"),
    ],
)
def test_what_its_clients_saw(job, words):
    assert words in "; ".join(judge(job))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "0 jobs"),
        ((Row("id", "succeeded"), Row("other", "succeeded")), "2 jobs"),
        ((Row("other", "succeeded"),), "another job"),
        ((Row("id", "running"),), "is running"),
    ],
)
def test_what_the_database_holds(rows, words):
    assert words in "; ".join(judge(seen(), rows=rows))


def test_an_execution_after_the_end_is_told():
    late = [Execution("a", 7, 11.0, 12.0), Execution("b", 8, 25.0, 26.0)]

    found = judge(seen(), late, kills=[Kill(24.0, "gateway", 1)])

    assert found == ["it was executed again after its end had been seen"]


@pytest.mark.parametrize(
    ("kills", "well"),
    [
        ([Kill(12.5, "gateway", 1)], True),
        ([Kill(12.5, "replica", 7)], True),
        ([Kill(12.5, "replica", 99)], False),
        ([Kill(5.0, "gateway", 1)], False),
        ([], False),
    ],
)
def test_a_second_execution_needs_a_kill_that_explains_it(kills, well):
    twice = [Execution("b", 7, 11.0), Execution("a", 8, 14.0, 15.0)]

    assert (judge(seen(), twice, kills=kills) == []) is well


def test_a_picture_is_compared_with_the_right_one():
    work = Work(4, PICTURES, {"prompt": "an octopus"})
    facts = {"ids": ["id"], "ended": 20.0, "ends": DONE}

    right = judge(Seen(work, **facts, output={"image_0": "right"}), [])
    wrong = judge(Seen(work, **facts, output={"image_0": "other"}), [])

    assert right == []
    assert wrong == ["its picture is not the right one"]


def test_the_ledger_is_read_in_the_order_of_beginnings():
    text = "begin 1 b 8 5.0\nbegin 1 a 7 4.0\nend 1 b 8 6.0\nbegin 2 c 8 7.0\n"

    assert read_ledger(text) == {
        1: [Execution("a", 7, 4.0), Execution("b", 8, 5.0, 6.0)],
        2: [Execution("c", 8, 7.0)],
    }
