"""The page Models, run by Streamlit's AppTest against a real gateway with stub work."""

import asyncio
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from inkcloud.client import InkcloudClient
from inkcloud.domain.model_operation import (
    ModelFault,
    ModelOperation,
    OperationKind,
    OperationState,
)
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.models.add import add_model
from inkcloud.playground.console.model_texts import (
    bytes_text,
    fraction,
    outcome,
    progress_text,
)
from models.conftest import told_facts
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService
from support.tiny_checkpoints import make_tiny_sd
from support.waiting import wait_until

PATIENCE = 60
SCRIPT = """
import os
from inkcloud.client import InkcloudClient
from inkcloud.playground.console.{module} import {function}
with InkcloudClient(os.environ["INKCLOUD_URL"], token=os.environ["CONSOLE_TOKEN"]) as client:
    {function}(client{more})
"""


class Worker:
    """Does nothing, and waits if it is told to."""

    def __init__(self) -> None:
        self.jobs = []
        self.waits = False

    async def work(self, job):
        self.jobs.append(job)
        yield {"progress": {"stage": "downloading", "file": "a", "done": 1, "total": 4}}
        if self.waits:
            await asyncio.Event().wait()
        yield {"faults": []} if job["do"] == "verify" else {"model": "mine"}


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def gateway(worker, tmp_path, monkeypatch):
    with (
        StubService() as replica,
        RunningGateway(tmp_path / "data", StubReplicas(replica), work=worker.work) as running,
    ):
        monkeypatch.setenv("INKCLOUD_URL", running.url)
        monkeypatch.setenv("CONSOLE_TOKEN", running.token)
        yield running


@pytest.fixture
def client(gateway):
    with InkcloudClient(gateway.url, token=gateway.token) as opened:
        yield opened


@pytest.fixture
def mine(gateway, tmp_path):
    folder = make_tiny_sd(tmp_path / "tiny")
    return add_model(gateway.store, folder, name="mine", inspection=told_facts)


def opened(module="models_page", function="draw_models_page", more="") -> AppTest:
    script = SCRIPT.format(module=module, function=function, more=more)
    return ran(AppTest.from_string(script, default_timeout=PATIENCE))


def ran(test: AppTest) -> AppTest:
    test.run()
    assert not test.exception, test.exception
    return test


def words(elements) -> str:
    return "\n".join(str(element.value) for element in elements)


def until_ended(client, page):
    wait_until(lambda: all(each.over for each in client.model_operations()))
    return ran(page)


def test_models_are_shown_with_facts_origin_and_licence(client, mine):
    page = opened()

    assert "**mine**" in words(page.markdown)
    said = words(page.caption)
    assert "64 × 64 pixels · predicts noise" in said
    assert "3.6 MB in float32" in said
    assert "licence not stated" in said
    assert "Comes with Inkcloud · licence Apache-2.0" in said
    buttons = {button.key for button in page.button}
    assert {"use_mine", "verify_mine", "remove_mine", "use_inkling", "verify_inkling"} <= buttons
    assert "remove_inkling" not in buttons


def test_a_pull_takes_what_was_typed_and_shows_how_it_ended(client, worker):
    page = opened()
    page.text_input("pull_id").set_value(" someone/sd ")
    page.text_input("pull_revision").set_value("v1")
    page.selectbox("pull_prediction").select("v prediction (2.x at 768)")

    page.button("pull_button").click().run()
    until_ended(client, page)

    assert worker.jobs[0]["id"] == "someone/sd"
    assert (worker.jobs[0]["revision"], worker.jobs[0]["prediction"]) == ("v1", "v_prediction")
    assert "Pull of **someone/sd**" in words(page.markdown)
    assert "It is here, as **mine**." in words(page.success)
    operation = client.model_operations()[0]
    page.button(f"dismiss_{operation.id}").click().run()
    assert "someone/sd" not in words(page.markdown)


def test_a_pull_at_work_shows_progress_and_is_cancelled(client, worker):
    worker.waits = True
    page = opened()
    page.text_input("pull_id").set_value("someone/sd")
    page.button("pull_button").click().run()
    [operation] = client.model_operations()

    page.button(f"cancel_{operation.id}").click().run()

    assert client.model_operation(operation.id).state == "cancelled"
    assert "goes on where it stopped" in words(page.info)


@pytest.mark.parametrize(
    ("id", "name", "words_of_it"),
    [("../x", "", "The hub's id of the model"), ("a/b", "../x", "**Name.**")],
)
def test_what_cannot_be_pulled_is_told_and_not_lost(client, worker, id, name, words_of_it):
    page = opened()
    page.text_input("pull_id").set_value(id)
    page.text_input("pull_name").set_value(name)

    page.button("pull_button").click().run()

    assert words_of_it in words(page.error)
    assert page.text_input("pull_id").value == id
    assert worker.jobs == []


def test_a_check_shows_that_the_model_is_whole(client, mine):
    page = opened()

    page.button("verify_mine").click().run()
    until_ended(client, page)

    assert "It is whole" in words(page.success)


def test_removing_asks_first(client, mine):
    page = opened()

    page.button("remove_mine").click().run()

    assert "3.6 MB, are deleted" in words(page.markdown)
    assert {"confirm_remove", "keep_model"} <= {button.key for button in page.button}
    assert client.get_model("mine")


def test_the_clone_form_offers_the_models_where_a_template_takes_one(client, gateway, mine):
    more = ', __import__("dataclasses").replace(client.get_template("stub"), environment='
    with_model = opened("clone_form", "draw_clone_form", more + '{"INKCLOUD_MODEL": "inkling"})')
    without = opened("clone_form", "draw_clone_form", more + "{})")

    assert with_model.selectbox("clone_model").options == ["inkling", "mine"]
    assert not without.selectbox
    with_model.selectbox("clone_model").select("mine")
    with_model.text_input("clone_name").set_value("on-mine")
    with_model.button("clone_button").click().run()
    assert client.get_endpoint("on-mine").environment["INKCLOUD_MODEL"] == "mine"


def operation(kind, state, **values):
    at = datetime(2026, 1, 2, tzinfo=UTC)
    return ModelOperation(id="x", kind=kind, subject="s_d", created=at, state=state, **values)


def test_each_end_of_an_operation_is_told():
    pull, verify = OperationKind.PULL, OperationKind.VERIFY
    faults = (ModelFault("unet/config.json", "It is missing."), ModelFault("", "It is odd."))

    assert outcome(operation(pull, OperationState.RUNNING)) == ""
    assert "as **a**" in outcome(operation(pull, OperationState.SUCCEEDED, model="a"))
    assert "It is whole" in outcome(operation(verify, OperationState.SUCCEEDED))
    told = outcome(operation(verify, OperationState.SUCCEEDED, faults=faults))
    assert "- `unet/config.json`: It is missing." in told
    assert "- `s_d`: It is odd." in told
    error = {"code": "hub", "message": "It is *gated*."}
    assert r"\*gated\*" in outcome(operation(pull, OperationState.FAILED, error=error))
    assert "goes on" not in outcome(operation(verify, OperationState.CANCELLED))


def test_progress_is_told_in_words_and_as_a_fraction():
    moving = ModelProgress(stage="downloading", file="unet/a_b", done=500, total=2_000_000)

    assert progress_text(None) == "Starting…"
    assert progress_text(ModelProgress(stage="inspecting")) == "Inspecting the model…"
    assert progress_text(moving) == r"Downloading 500 bytes of 2.0 MB · unet/a\_b"
    assert (fraction(None), fraction(moving)) == (0.0, 0.00025)
    assert bytes_text(2.58e9) == "2.6 GB"
