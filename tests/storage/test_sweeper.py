import os
from datetime import UTC, datetime, timedelta

import pytest

from inkcloud.domain.job import Job, JobImage, JobState, new_job_id
from inkcloud.storage.events import EventTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import JobTable
from inkcloud.storage.sweeper import Sweeper, Swept

HOUR = timedelta(hours=1)


@pytest.fixture
def jobs(database):
    return JobTable(database)


@pytest.fixture
def images(tmp_path):
    return ImageStore(tmp_path)


@pytest.fixture
def events(database):
    return EventTable(database)


@pytest.fixture
def sweeper(jobs, images, events):
    return Sweeper(jobs, images, events)


def drawn(jobs, images, *pngs, now):
    """A job that drew these pictures and ended at that time."""
    job = Job(id=new_job_id(), endpoint="e", request={})
    jobs.add(job)
    named = tuple(JobImage(sha256=images.put(png), record={}) for png in pngs)
    return jobs.finish(job.id, JobState.SUCCEEDED, images=named, now=now)


def test_a_picture_goes_with_the_last_job_that_refers_to_it(sweeper, jobs, images):
    now = datetime.now(UTC)
    old = drawn(jobs, images, b"shared", b"old", now=now)
    new = drawn(jobs, images, b"shared", b"new", now=now + 10 * HOUR)

    assert sweeper.sweep(now + 23 * HOUR) == Swept()
    assert sweeper.sweep(now + 25 * HOUR) == Swept(jobs=1, images=1)

    assert jobs.get(old.id) is None
    assert images.get(old.images[1].sha256) is None
    assert [images.get(image.sha256) for image in new.images] == [b"shared", b"new"]
    assert sweeper.sweep(now + 35 * HOUR) == Swept(jobs=1, images=2)
    assert list(images.names()) == []


def test_a_picture_that_was_just_put_waits_for_its_job(sweeper, images):
    now = datetime.now(UTC)
    sha256 = images.put(b"not referred to yet")

    assert sweeper.sweep(now + timedelta(minutes=59)) == Swept()
    assert images.get(sha256) is not None
    assert sweeper.sweep(now + timedelta(minutes=61)) == Swept(images=1)


def test_a_picture_that_is_put_again_is_a_recent_one(sweeper, jobs, images, tmp_path):
    then = datetime.now(UTC) - 30 * HOUR
    old = drawn(jobs, images, b"again", now=then)
    path = images.path(old.images[0].sha256)
    seconds = then.timestamp()
    os.utime(path, (seconds, seconds))

    sha256 = images.put(b"again")

    assert sweeper.sweep() == Swept(jobs=1)
    assert images.get(sha256) == b"again"


def test_events_are_kept_for_a_week(sweeper, events):
    now = datetime.now(UTC)
    events.add("e", "", "k", "old", now - timedelta(days=8))
    events.add("e", "", "k", "new", now - timedelta(days=6))

    assert sweeper.sweep(now) == Swept(events=1)
    assert [event.text for event in events.newest("e")] == ["new"]
