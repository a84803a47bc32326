from dataclasses import replace

import pytest
from sqlalchemy import event, text

from inkcloud.domain.job import Job, JobImage, JobState, new_job_id
from inkcloud.storage.database import Database
from inkcloud.storage.jobs import JobTable


@pytest.fixture
def database(tmp_path):
    database = Database.in_folder(tmp_path)
    yield database
    database.close()


@pytest.fixture
def jobs(database):
    return JobTable(database)


def job(tag="", endpoint="text2image", **fields):
    request = {"prompt": "x", "seed": 2**64 - 1}
    return Job(id=new_job_id(), endpoint=endpoint, request=request, tag=tag, **fields)


def test_a_job_comes_back_as_it_was_kept(jobs):
    kept = job("panel/1")

    jobs.add(kept)

    assert jobs.get(kept.id) == kept
    assert jobs.get("gen_none") is None


def test_a_job_survives_closing_the_database(tmp_path):
    kept = job()
    first = Database.in_folder(tmp_path)
    JobTable(first).add(kept)
    first.close()

    second = Database.in_folder(tmp_path)
    found = JobTable(second).get(kept.id)
    second.close()

    assert found == kept


def test_the_same_id_is_not_kept_twice(jobs):
    kept = job()
    jobs.add(kept)

    with pytest.raises(Exception, match="UNIQUE"):
        jobs.add(kept)


def test_a_final_state_changes_no_more(jobs):
    kept = job()
    jobs.add(kept)
    image = JobImage(sha256="a" * 64, record={"seed": 1})

    won = jobs.finish(kept.id, JobState.SUCCEEDED, seconds=1.5, images=(image,))
    lost = jobs.finish(kept.id, JobState.CANCELLED, error={"code": "cancelled"})

    assert won == lost == jobs.get(kept.id)
    assert won == replace(kept, state=JobState.SUCCEEDED, seconds=1.5, images=(image,))


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
        ("", ["é/1", "ab", "a%b", "a_b", "a/2", "a/1"]),
        ("a", ["ab", "a%b", "a_b", "a/2", "a/1"]),
        ("a/", ["a/2", "a/1"]),
        ("a_", ["a_b"]),
        ("a%", ["a%b"]),
        ("é", ["é/1"]),
        ("b", []),
    ],
)
def test_the_list_is_newest_first_by_tag_prefix(jobs, prefix, expected):
    for tag in ("a/1", "a/2", "a_b", "a%b", "ab", "é/1"):
        jobs.add(job(tag))
    jobs.add(job("a/other", endpoint="other"))

    assert [found.tag for found in jobs.newest("text2image", prefix, 50)] == expected
    assert [found.tag for found in jobs.newest("text2image", prefix, 1)] == expected[:1]


@pytest.mark.parametrize("prefix", ["", "a/"])
def test_the_list_reads_no_whole_table(database, jobs, prefix):
    jobs.add(job("a/1"))
    queries = []

    with database.read() as connection:
        event.listen(
            connection.engine, "before_cursor_execute", lambda *a: queries.append((a[2], a[3]))
        )
        jobs.newest("text2image", prefix, 50)
        statement, parameters = queries[0]
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all()

    details = [row[3] for row in plan]
    assert any("USING COVERING INDEX jobs_by" in detail for detail in details), details
    assert not any(detail.startswith("SCAN jobs") for detail in details), details


def test_sqlite_waits_for_the_disk_and_keeps_a_rollback_journal(database):
    with database.read() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()

    assert (journal, synchronous) == ("delete", 2)


def test_a_transaction_that_fails_leaves_nothing(database):
    def fail_half_way():
        with database.write() as connection:
            connection.execute(text("INSERT INTO tokens VALUES ('h', 'n', '2026-01-01')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM tokens")).scalar() == 0
