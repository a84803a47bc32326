"""Jobs and tokens live through any order of events as a plain model says they do."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from inkcloud.control.tokens import Tokens
from inkcloud.domain.access import Scope
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.history_entry import RESTORABLE
from inkcloud.domain.history_query import HistoryQuery
from inkcloud.domain.job import Job, JobImage, JobState, new_job_id
from inkcloud.storage.database import Database
from inkcloud.storage.events import EventTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.images import ImageStore
from inkcloud.storage.jobs import RETENTION, JobTable
from inkcloud.storage.sweeper import Sweeper
from inkcloud.storage.thumbnails import ThumbnailStore
from inkcloud.storage.tokens import TokenTable

FINAL = st.sampled_from([JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED])
KEYS = st.sampled_from([None, "k1", "k2"])
CALLERS = st.sampled_from(["", "tok_1"])
REQUESTS = st.sampled_from([{"prompt": "a"}, {"prompt": "b"}])
PNGS = st.lists(st.sampled_from([b"one", b"two", b"three"]), max_size=3)


class Life(RuleBasedStateMachine):
    """The real tables beside dictionaries; a restart opens the database anew."""

    def __init__(self):
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.folder = Path(self.place.name)
        self.now = datetime.now(UTC)
        self.jobs: dict[str, Job] = {}
        self.pictures: dict[str, str] = {}  # SHA-256 by id
        self.deleted: dict[str, datetime] = {}
        self.attached: set[str] = set()
        self.keys: dict[tuple[str, str], str] = {}
        self.tokens: dict[str, str | None] = {}
        self.open()

    def open(self):
        self.database = Database.in_folder(self.folder)
        self.table = JobTable(self.database)
        self.images = ImageStore(self.folder)
        self.history = HistoryTable(self.database)
        thumbnails = ThumbnailStore(self.folder)
        events = EventTable(self.database)
        self.sweeper = Sweeper(self.table, self.history, self.images, thumbnails, events)
        self.access = Tokens(TokenTable(self.database))

    def teardown(self):
        self.database.close()
        self.place.cleanup()

    @rule(key=KEYS, caller=CALLERS, request=REQUESTS, attached=st.booleans())
    def submit(self, key, caller, request, attached):
        wanted = Job(
            id=new_job_id(), endpoint="e", request=request, token_id=caller, idempotency_key=key
        )
        earlier = self.jobs.get(self.keys.get((caller, key), "")) if key else None
        if earlier is not None and earlier.request != request:
            with pytest.raises(InvalidRequest):
                self.table.add(wanted, attached=attached)
            return
        kept = self.table.add(wanted, attached=attached)
        assert kept == (earlier or wanted)
        if earlier is None:
            self.jobs[wanted.id] = wanted
            if attached:
                self.attached.add(wanted.id)
            if key:
                self.keys[caller, key] = wanted.id

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), state=FINAL, pngs=PNGS)
    def finish(self, data, state, pngs):
        job = self.jobs[data.draw(st.sampled_from(sorted(self.jobs)))]
        images = tuple(JobImage(sha256=self.images.put(png), record={}) for png in pngs)
        told = self.table.finish(job.id, state, images=images, now=self.now)
        if not job.state.final:
            self.end(told, state)
            assert (told.images, told.expires) == (images, self.now + RETENTION)
            if state is JobState.SUCCEEDED:
                names = {f"{job.id}-{i}": image.sha256 for i, image in enumerate(images)}
                self.pictures |= names
        assert told == self.jobs[job.id]

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def start(self, data):
        job = self.jobs[data.draw(st.sampled_from(sorted(self.jobs)))]
        assert self.table.start(job.id) == (job.state is JobState.QUEUED)
        self.jobs[job.id] = self.table.get(job.id)

    @rule()
    def restart(self):
        self.database.close()
        self.open()
        again = self.table.requeue()
        for job in list(self.jobs.values()):
            if not job.state.final:
                lost = job.id in self.attached and job.idempotency_key is None
                state = JobState.CANCELLED if lost else JobState.QUEUED
                self.end(self.table.get(job.id), state)
        assert again == [job for job in self.jobs.values() if not job.state.final]

    @rule(hours=st.integers(1, 30))
    def sweep(self, hours):
        self.now += timedelta(hours=hours)
        self.sweeper.sweep(self.now)
        over = [j for j in self.jobs.values() if j.expires is not None and j.expires <= self.now]
        for id, at in list(self.deleted.items()):
            if at + RESTORABLE <= self.now:
                del self.deleted[id], self.pictures[id]
        for job in over:
            del self.jobs[job.id]
            self.keys = {key: kept for key, kept in self.keys.items() if kept != job.id}

    @precondition(lambda self: self.pictures)
    @rule(data=st.data())
    def delete_pictures(self, data):
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.pictures)), min_size=1))
        assert self.history.delete([*chosen, "none"], now=self.now) == list(dict.fromkeys(chosen))
        for id in chosen:
            self.deleted.setdefault(id, self.now)

    @precondition(lambda self: self.deleted)
    @rule(data=st.data())
    def restore_picture(self, data):
        id = data.draw(st.sampled_from(sorted(self.deleted)))
        assert self.history.restore([id]) == [id]
        del self.deleted[id]

    @rule(expires=st.sampled_from([None, 3600]))
    def make_token(self, expires):
        token, access = self.access.create("t", [Scope.READ], "e", expires)
        self.tokens[token] = access.id

    @precondition(lambda self: any(self.tokens.values()))
    @rule(data=st.data())
    def revoke_token(self, data):
        token = data.draw(st.sampled_from([t for t, id in self.tokens.items() if id]))
        self.access.revoke(self.tokens[token])
        self.tokens[token] = None

    @invariant()
    def jobs_are_as_the_model_says(self):
        for job in self.jobs.values():
            assert self.table.get(job.id) == job
        assert {job.id for job in self.table.newest("e", "", 1000)} == set(self.jobs)

    @invariant()
    def every_picture_that_a_job_refers_to_is_there(self):
        for job in self.jobs.values():
            for image in job.images:
                assert self.images.get(image.sha256) is not None

    @invariant()
    def every_picture_is_in_the_history_and_its_file_is_there(self):
        listed = {
            entry.id
            for deleted in (False, True)
            for entry in self.history.page(HistoryQuery(deleted=deleted, limit=1000)).entries
        }
        assert listed == set(self.pictures)
        for id, sha256 in self.pictures.items():
            entry = self.history.get(id)
            assert (entry.sha256, entry.deleted) == (sha256, self.deleted.get(id))
            assert self.images.get(sha256) is not None

    @invariant()
    def exactly_the_tokens_that_were_not_revoked_are_valid(self):
        for token, token_id in self.tokens.items():
            found = self.access.verify(token)
            assert (found.id if found else None) == token_id

    def end(self, job: Job, state: JobState):
        assert job.state is state
        if state is JobState.CANCELLED:
            self.keys = {key: kept for key, kept in self.keys.items() if kept != job.id}
        self.jobs[job.id] = job


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
