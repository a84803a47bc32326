"""The history on SQLite and PostgreSQL, against a plain Python list."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.history_query import HistoryQuery, HistorySort
from inkcloud.domain.job import Job, JobImage, JobKind, JobState
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.storage import history_select
from inkcloud.storage.database import Database
from inkcloud.storage.endpoints import EndpointTable
from inkcloud.storage.history import HistoryTable
from inkcloud.storage.jobs import JobTable

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SORTED_BY = {
    HistorySort.NEWEST: (None, True),
    HistorySort.OLDEST: (None, False),
    HistorySort.MOST_STEPS: ("num_inference_steps", True),
    HistorySort.FEWEST_STEPS: ("num_inference_steps", False),
    HistorySort.HIGHEST_GUIDANCE: ("guidance_scale", True),
    HistorySort.LOWEST_GUIDANCE: ("guidance_scale", False),
    HistorySort.SLOWEST: ("seconds", True),
    HistorySort.FASTEST: ("seconds", False),
}


def record(**values):
    return {
        "prompt": "an octopus",
        "negative_prompt": "",
        "scheduler": "DDIM",
        "num_inference_steps": 20,
        "guidance_scale": 7.5,
        "seed": 0,
        "width": 64,
        "height": 64,
        **values,
    }


def draw(jobs, number, *, endpoint="e", tag="", seconds=1.0, records=None, request=None):
    """Finish a generation and return its id."""
    job = Job(id=f"gen_{number}", endpoint=endpoint, request=request or {}, tag=tag)
    jobs.add(job)
    records = [record()] if records is None else records
    images = tuple(
        JobImage(sha256=f"{number:062x}{i:02x}", record=r) for i, r in enumerate(records)
    )
    created = NOW + timedelta(minutes=number)
    jobs.finish(job.id, JobState.SUCCEEDED, seconds=seconds, images=images, now=created)
    return job.id


@pytest.fixture
def jobs(database):
    return JobTable(database)


@pytest.fixture
def history(database):
    return HistoryTable(database)


def ids(page):
    return [entry.id for entry in page.entries]


def test_every_picture_of_a_generation_is_kept_with_all_that_decided_it(history, jobs):
    records = [record(seed=2**64 - 2), record(seed=2**64 - 1)]
    draw(jobs, 1, tag="grid/7", seconds=2.5, records=records, request={"prompt": "x", "n": 1})

    second, first = history.page(HistoryQuery()).entries

    assert (first.id, first.generation, first.index) == ("gen_1-0", "gen_1", 0)
    assert (second.id, second.record, second.index) == ("gen_1-1", records[1], 1)
    assert (first.endpoint, first.tag, first.kind) == ("e", "grid/7", PictureKind.EXPERIMENT)
    assert (first.created, first.seconds) == (NOW + timedelta(minutes=1), 2.5)
    assert (first.request, first.sha256) == ({"prompt": "x", "n": 1}, f"{1:062x}00")
    assert (first.favourite, first.note, first.deleted) == (False, "", None)
    assert history.get("gen_1-0") == first
    assert history.get("gen_2-0") is None


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_what_failed_is_not_in_it(history, jobs, state):
    job = Job(id="gen_1", endpoint="e", request={})
    jobs.add(job)

    jobs.finish(job.id, state)

    assert history.page(HistoryQuery()).entries == ()


def test_calls_of_other_services_are_not_in_it(history, jobs):
    jobs.add(Job(id="gen_1", endpoint="e", kind=JobKind.CALL, path="/infer", request=[1]))

    jobs.finish("gen_1", JobState.SUCCEEDED, output={"images": []})

    assert history.page(HistoryQuery()).entries == ()


def test_a_job_that_ends_twice_is_in_it_once(history, jobs):
    draw(jobs, 1)

    image = JobImage(sha256="f" * 64, record={})
    jobs.finish("gen_1", JobState.SUCCEEDED, images=(image,))

    assert ids(history.page(HistoryQuery())) == ["gen_1-0"]


@pytest.mark.parametrize(
    "strange",
    [
        {},
        {"prompt": 7, "seed": "x", "width": None, "guidance_scale": float("1e300")},
        {"prompt": "a\0b\ud800", "num_inference_steps": 2**70, "seed": -1, "scheduler": "x" * 999},
        {"num_inference_steps": True, "guidance_scale": 10**400, "checkpoint": ["m"]},
    ],
)
def test_a_picture_is_kept_whatever_its_record_says(history, jobs, strange):
    draw(jobs, 1, records=[{k: v for k, v in strange.items() if k != "prompt"} | {"x": 1}])
    draw(jobs, 2, records=[record()], request=strange if "\0" not in str(strange) else {})

    assert ids(history.page(HistoryQuery())) == ["gen_2-0", "gen_1-0"]


@pytest.fixture
def many(jobs):
    """Pictures of every kind, and their list as Python has it."""
    made = []
    choices = product(["DDIM", "PNDM"], [4, 20, 50], [1.0, 7.5], ["", "grid/1"])
    for number, (scheduler, steps, guidance, tag) in enumerate(choices):
        values = record(
            prompt=f"an octopus number {number} plays chess" if number % 3 else "a small cat",
            scheduler=scheduler,
            num_inference_steps=steps,
            guidance_scale=guidance,
            seed=number,
        )
        seconds = float(steps % 7)
        id = draw(jobs, number, tag=tag, seconds=seconds, records=[values])
        made.append({**values, "id": f"{id}-0", "tag": tag, "seconds": seconds})
    return made


def in_order(made, sort):
    name, descending = SORTED_BY[sort]
    numbered = list(enumerate(made))
    numbered.sort(key=lambda each: (each[1][name] if name else 0, each[0]), reverse=descending)
    return [each["id"] for _, each in numbered]


FILTERS = [
    ({}, lambda _: True),
    ({"scheduler": SamplerName.DDIM}, lambda p: p["scheduler"] == "DDIM"),
    ({"kind": PictureKind.SINGLE}, lambda p: not p["tag"]),
    ({"kind": PictureKind.EXPERIMENT}, lambda p: p["tag"]),
    ({"steps": (20, None)}, lambda p: p["num_inference_steps"] >= 20),
    ({"steps": (None, 20)}, lambda p: p["num_inference_steps"] <= 20),
    ({"steps": (20, 20)}, lambda p: p["num_inference_steps"] == 20),
    ({"guidance": (2.0, 10.0)}, lambda p: 2 <= p["guidance_scale"] <= 10),
    ({"endpoint": "other"}, lambda _: False),
    ({"text": "OCTO ches"}, lambda p: "octopus" in p["prompt"]),
    (
        {"text": "cat", "steps": (4, 4)},
        lambda p: p["prompt"] == "a small cat" and p["num_inference_steps"] == 4,
    ),
]


@pytest.mark.parametrize("sort", HistorySort)
def test_pages_are_what_sorting_and_filtering_a_list_gives(history, many, sort):
    for values, wanted in FILTERS:
        expected = in_order([each for each in many if wanted(each)], sort)
        assert pages_there_and_back(history, sort, values) == (expected, expected), values


def pages_there_and_back(history, sort, values):
    """Turn every page, to the end and back, and return both lists of ids."""
    page = history.page(HistoryQuery(sort=sort, limit=5, **values))
    there = ids(page)
    while page.next:
        page = history.page(HistoryQuery(sort=sort, limit=5, after=page.next, **values))
        there += ids(page)
    back = ids(page)
    while page.previous:
        page = history.page(HistoryQuery(sort=sort, limit=5, before=page.previous, **values))
        back = ids(page) + back
    return there, back


@pytest.mark.parametrize("sort", HistorySort)
@pytest.mark.parametrize(
    "values",
    [
        {"scheduler": SamplerName.DDIM},
        {"kind": PictureKind.SINGLE, "endpoint": "e"},
        {"favourites": True},
        {"steps": (4, 20), "guidance": (None, 7.0)},
        {"steps": (20, 20)},
        {"text": "octo", "scheduler": SamplerName.DDIM, "guidance": (None, 9.0)},
    ],
)
def test_sqlite_answers_filters_from_the_index_of_the_order_alone(tmp_path, sort, values):
    database = Database.in_folder(tmp_path)
    for anchor in (None, (20, 7)):
        wanted = history_select.page(HistoryQuery(sort=sort, **values), "e", "sqlite", anchor)
        with database.read() as connection:
            told = wanted.compile(connection, compile_kwargs={"literal_binds": True})
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}")]

        # The outermost query reads the page's few rows; what comes below it finds them.
        finds = plan[plan.index(next(line for line in plan if "LIST SUBQUERY" in line)) :]
        column = {"num_inference_steps": "steps", "guidance_scale": "guidance"}
        name = SORTED_BY[sort][0] or "sequence"
        order = f"pictures_in_order_of_{column.get(name, name)}"
        assert f"pictures USING COVERING INDEX {order}" in finds[1], plan
        assert "TEMP B-TREE" not in finds[2], plan
    database.close()


def test_a_page_after_a_picture_that_is_gone_is_refused(history, many):
    with pytest.raises(InvalidRequest, match="its picture is gone") as caught:
        history.page(HistoryQuery(after="gen_none-0"))

    assert caught.value.field == "after"


def test_a_page_goes_on_after_a_picture_that_is_deleted_meanwhile(history, many):
    first = history.page(HistoryQuery(limit=5))

    history.delete([first.next])

    second = history.page(HistoryQuery(limit=5, after=first.next))
    assert ids(first) + ids(second) == in_order(many, HistorySort.NEWEST)[:10]


def test_notes_are_searched_too_and_forgotten_when_they_change(history, many):
    first = history.change("gen_3-0", note="Für Elise, le café: 東京")
    assert first.note == "Für Elise, le café: 東京"
    for text in ("elis", "FUR cafe", "東京", "Für, (café)!"):
        assert ids(history.page(HistoryQuery(text=text))) == ["gen_3-0"]

    history.change("gen_3-0", note="other")

    assert ids(history.page(HistoryQuery(text="elise"))) == []
    assert ids(history.page(HistoryQuery(text="other small"))) == ["gen_3-0"]


@pytest.mark.parametrize("text", ['"', "* -- !", "'", "\0", "((("])
def test_a_search_for_no_word_finds_nothing(history, many, text):
    assert ids(history.page(HistoryQuery(text=text))) == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=60))
def test_any_text_is_a_search_that_finds_what_was_written_so(history, many, text):
    history.page(HistoryQuery(text=text))

    note = text.replace("\0", "").encode("utf-8", "replace").decode()
    history.change("gen_0-0", note=f"before {note} after")

    assert "gen_0-0" in ids(history.page(HistoryQuery(text=f"after {note} befor")))


def test_favourites_are_marked_and_found(history, many):
    assert history.change("gen_5-0", favourite=True).favourite
    history.change("gen_7-0", favourite=True)
    history.change("gen_7-0", favourite=False)

    assert ids(history.page(HistoryQuery(favourites=True))) == ["gen_5-0"]
    assert history.change("gen_none-0", favourite=True) is None


def test_what_is_deleted_is_listed_apart_until_it_is_had_back(history, many):
    assert history.delete(["gen_1-0", "none", "gen_2-0", "gen_1-0"], now=NOW) == [
        "gen_1-0",
        "gen_2-0",
    ]
    history.delete(["gen_1-0"], now=NOW + timedelta(hours=1))

    assert len(history.page(HistoryQuery(limit=200)).entries) == len(many) - 2
    assert ids(history.page(HistoryQuery(deleted=True))) == ["gen_2-0", "gen_1-0"]
    assert history.get("gen_1-0").deleted == NOW
    assert history.restore(["gen_1-0", "gen_9-0"]) == ["gen_1-0", "gen_9-0"]
    assert ids(history.page(HistoryQuery(deleted=True))) == ["gen_2-0"]
    assert history.expire(NOW + timedelta(hours=23)) == 0
    assert history.expire(NOW + timedelta(hours=24)) == 1
    assert history.get("gen_2-0") is None
    assert len(history.page(HistoryQuery(limit=200, text="octopus")).entries) == 15


def test_a_caller_of_one_endpoint_sees_and_changes_only_its_pictures(history, jobs):
    draw(jobs, 1, endpoint="mine")
    draw(jobs, 2, endpoint="yours")

    assert ids(history.page(HistoryQuery(), "mine")) == ["gen_1-0"]
    assert history.get("gen_2-0", "mine") is None
    assert [entry.id for entry in history.some(["gen_2-0", "gen_1-0"], "mine")] == ["gen_1-0"]
    assert history.change("gen_2-0", "mine", favourite=True) is None
    assert history.delete(["gen_2-0"], "mine") == []
    with pytest.raises(InvalidRequest):
        history.page(HistoryQuery(after="gen_2-0"), "mine")
    assert ids(history.page(HistoryQuery())) == ["gen_2-0", "gen_1-0"]


def test_a_new_endpoint_of_an_old_name_does_not_see_the_old_ones_pictures(history, jobs, database):
    table = EndpointTable(database)
    table.add(Endpoint(name="mine", service="m:C"))
    draw(jobs, 1, endpoint="mine")

    table.remove("mine")
    draw(jobs, 2, endpoint="mine")

    assert ids(history.page(HistoryQuery(), "mine")) == ["gen_2-0"]
    assert ids(history.page(HistoryQuery())) == ["gen_2-0", "gen_1-0"]


def test_pictures_that_others_began_as_are_named_too(history, jobs):
    draw(jobs, 1, request={"image": {"sha256": "b" * 64, "bytes": 3}})

    assert history.image_names() == {f"{1:064x}"[2:] + "00", "b" * 64}
