from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.job import Job, JobImage, JobKind, JobState, new_job_id
from inkcloud.storage.database import Database
from inkcloud.storage.jobs import JobTable

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture
def jobs(database):
    return JobTable(database)


def job(tag="", endpoint="text2image", **fields):
    fields = {"request": {"prompt": "x", "seed": 2**64 - 1}} | fields
    return Job(id=new_job_id(), endpoint=endpoint, tag=tag, **fields)


def test_a_job_comes_back_as_it_was_kept(jobs):
    kept = job("panel/1")

    jobs.add(kept)

    assert jobs.get(kept.id) == kept
    assert jobs.get("gen_none") is None


def test_a_request_may_hold_any_text(jobs):
    kept = job(request={"prompt": "a\x00b\ud800c \U0001f419"})

    jobs.add(kept)

    assert jobs.get(kept.id) == kept


def test_a_job_survives_closing_the_database(database_url):
    kept = job()
    first = Database(database_url)
    JobTable(first).add(kept)
    first.close()

    second = Database(database_url)
    found = JobTable(second).get(kept.id)
    second.close()

    assert found == kept


def test_the_same_id_is_not_kept_twice(jobs):
    kept = job()
    jobs.add(kept)

    with pytest.raises(IntegrityError):
        jobs.add(kept)


def test_a_final_state_changes_no_more(jobs):
    kept = job()
    jobs.add(kept)
    image = JobImage(sha256="a" * 64, record={"seed": 1})

    won = jobs.finish(kept.id, JobState.SUCCEEDED, seconds=1.5, images=(image, image), now=NOW)
    lost = jobs.finish(kept.id, JobState.CANCELLED, error={"code": "cancelled"})

    assert won == lost == jobs.get(kept.id)
    assert won == replace(
        kept,
        state=JobState.SUCCEEDED,
        seconds=1.5,
        images=(image, image),
        expires=NOW + timedelta(hours=24),
    )


def test_finishing_an_unknown_job_gives_nothing(jobs):
    assert jobs.finish("gen_none", JobState.SUCCEEDED) is None


def test_unfinished_jobs_are_queued_again_oldest_first(jobs):
    queued, running, done = job(), job(state=JobState.RUNNING), job()
    for kept in (queued, running, done):
        jobs.add(kept)
    jobs.finish(done.id, JobState.SUCCEEDED)

    again = jobs.requeue()

    assert [found.id for found in again] == [queued.id, running.id]
    assert {found.state for found in again} == {JobState.QUEUED}
    assert jobs.get(running.id).state is JobState.QUEUED


def test_a_job_whose_caller_waited_on_the_line_is_ended_instead(jobs):
    kept = job()
    jobs.add(kept, attached=True)

    assert jobs.requeue() == []
    ended = jobs.get(kept.id)
    assert ended.state is JobState.CANCELLED
    assert ended.error["code"] == "cancelled"


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", ["á/1", "A/1", "é/1", "ab", "a%b", "a_b", "a/2", "a/1"]),
        ("a", ["ab", "a%b", "a_b", "a/2", "a/1"]),
        ("a/", ["a/2", "a/1"]),
        ("a_", ["a_b"]),
        ("a%", ["a%b"]),
        ("é", ["é/1"]),
        ("b", []),
    ],
)
def test_the_list_is_newest_first_by_tag_prefix(jobs, prefix, expected):
    # A person's order would put A, á and a together.
    for tag in ("a/1", "a/2", "a_b", "a%b", "ab", "é/1", "A/1", "á/1"):
        jobs.add(job(tag))
    jobs.add(job("a/other", endpoint="other"))

    assert [found.tag for found in jobs.newest("text2image", prefix, 50)] == expected
    assert [found.tag for found in jobs.newest("text2image", prefix, 1)] == expected[:1]


@pytest.mark.parametrize("prefix", ["", "a/"])
def test_the_list_reads_no_whole_table(tmp_path, prefix):
    database = Database.in_folder(tmp_path)
    jobs = JobTable(database)
    jobs.add(job("a/1"))
    queries = []

    with database.read() as connection:
        event.listen(
            connection.engine, "before_cursor_execute", lambda *a: queries.append((a[2], a[3]))
        )
        jobs.newest("text2image", prefix, 50)
        statement, parameters = next(q for q in queries if q[0].startswith("SELECT"))
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all()
    database.close()

    details = [row[3] for row in plan]
    assert any("USING COVERING INDEX jobs_by" in detail for detail in details), details
    assert not any(detail.startswith("SCAN jobs") for detail in details), details


def test_calls_are_kept_apart_from_generations(jobs):
    call = job(kind=JobKind.CALL, path="/infer")
    jobs.add(call)
    jobs.add(job())

    assert jobs.newest("text2image", "", 50, JobKind.CALL) == [call]
    assert jobs.requeue(JobKind.CALL) == [call]


@pytest.mark.parametrize("output", [{"text": "é \U0001f419"}, [1, 2.5], "x", 0, False, {}])
def test_a_calls_answer_comes_back_as_it_was_kept(jobs, output):
    call = job(kind=JobKind.CALL, path="/infer")
    jobs.add(call)

    jobs.finish(call.id, JobState.SUCCEEDED, output=output)

    assert jobs.get(call.id).output == output


def test_one_of_several_callers_starts_a_job(jobs):
    kept = job()
    jobs.add(kept)

    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: jobs.start(kept.id), range(4)))

    assert sorted(started) == [False, False, False, True]
    assert jobs.get(kept.id).state is JobState.RUNNING
    assert not jobs.start("gen_none")


def test_the_same_key_and_request_give_the_first_job(jobs):
    first, again = job(idempotency_key="k"), job(idempotency_key="k")

    assert jobs.add(first) == first
    assert jobs.add(again) == first
    jobs.finish(first.id, JobState.SUCCEEDED, output=1)
    assert jobs.add(again) == jobs.get(first.id)
    assert jobs.get(again.id) is None


def test_keys_belong_to_a_caller_and_an_endpoint(jobs):
    different = [
        job(idempotency_key="k"),
        job(idempotency_key="k", token_id="tok_1"),
        job(idempotency_key="k", token_id="tok_2"),
        job(idempotency_key="k", endpoint="other"),
        job(),
        job(),
    ]

    assert [jobs.add(each) for each in different] == different


@pytest.mark.parametrize(
    "other",
    [
        {"request": {"prompt": "y"}},
        {"request": {"flag": 1}},
        {"kind": JobKind.GENERATION, "path": ""},
        {"path": "/other"},
    ],
)
def test_the_same_key_with_another_request_is_refused(jobs, other):
    asked = {"kind": JobKind.CALL, "path": "/infer", "request": {"flag": True}}
    jobs.add(replace(job(idempotency_key="k"), **asked))

    with pytest.raises(InvalidRequest) as caught:
        jobs.add(replace(job(idempotency_key="k"), **(asked | other)))

    assert (caught.value.status, caught.value.field) == (422, "Idempotency-Key")


def test_of_many_who_use_one_key_at_once_one_starts_something(database_url):
    databases = [Database(database_url) for _ in range(4)]
    tables = [JobTable(database) for database in databases]
    wanted = [job(idempotency_key=f"k{number % 5}") for number in range(40)]

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: tables[n % 4].add(wanted[n]), range(40)))

    for number, found in enumerate(kept):
        assert found.id == kept[number % 5].id
    assert len(tables[0].newest("text2image", "", 100)) == 5
    for database in databases:
        database.close()


def test_a_cancelled_job_lets_go_of_its_key(jobs):
    first, again = job(idempotency_key="k"), job(idempotency_key="k")
    jobs.add(first)
    jobs.finish(first.id, JobState.CANCELLED, error={"code": "cancelled"})

    assert jobs.add(again) == again


def test_an_attached_job_with_a_key_is_queued_again(jobs):
    kept = job(idempotency_key="k")
    jobs.add(kept, attached=True)

    assert jobs.requeue() == [kept]


def test_an_ended_job_is_kept_for_a_day(jobs):
    ended, cancelled, unfinished = job(), job(), job()
    for kept in (ended, cancelled, unfinished):
        jobs.add(kept)
    image = JobImage(sha256="a" * 64, record={})
    jobs.finish(ended.id, JobState.SUCCEEDED, images=(image,), now=NOW)
    jobs.finish(cancelled.id, JobState.CANCELLED, now=NOW + timedelta(minutes=1))

    assert jobs.expire(NOW + timedelta(hours=23, minutes=59)) == 0
    assert jobs.image_names() == {"a" * 64}
    assert jobs.expire(NOW + timedelta(hours=24)) == 1
    assert jobs.get(ended.id) is None
    assert jobs.image_names() == set()
    assert jobs.expire(NOW + timedelta(days=365)) == 1
    assert jobs.get(unfinished.id) == unfinished


def test_jobs_may_be_kept_for_ever(database):
    jobs = JobTable(database, retention=None)
    kept = job()
    jobs.add(kept)
    jobs.finish(kept.id, JobState.SUCCEEDED)

    assert jobs.expire(NOW + timedelta(days=3650)) == 0
    assert jobs.get(kept.id).expires is None
