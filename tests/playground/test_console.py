"""The console's pages, run by Streamlit's AppTest against a real gateway and a real service."""

import json
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from inkcloud.client import InkcloudClient
from inkcloud.domain.access import Scope
from inkcloud.domain.log_line import LogLine
from inkcloud.storage.events import EventTable
from support.painter import Painter
from support.running_gateway import RunningGateway
from support.served import served
from support.stub_replica import StubReplicas

PATIENCE = 60
SCRIPT = """
import os
import streamlit as st
from inkcloud.client import InkcloudClient
from inkcloud.playground.connection import Connection
from inkcloud.playground.console.sign_in import draw_sign_in
from inkcloud.playground.console.{module} import {function}
connection = Connection(os.environ["INKCLOUD_URL"], "open", None, personal={personal})
with InkcloudClient(connection.url, token={token}) as own:
    client = draw_sign_in(connection, own)
    if client is not None:
        {function}(client)
"""


@pytest.fixture(scope="module")
def replicas():
    with served(Painter()) as replica:
        yield StubReplicas(replica)


@pytest.fixture(scope="module")
def gateway(replicas, tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), replicas) as running:
        yield running


@pytest.fixture
def client(gateway, replicas, monkeypatch):
    replicas.current = type(replicas.current).RUNNING
    monkeypatch.setenv("INKCLOUD_URL", gateway.url)
    monkeypatch.setenv("CONSOLE_TOKEN", gateway.token)
    with InkcloudClient(gateway.url, token=gateway.token) as opened:
        yield opened
        for endpoint in opened.list_endpoints():
            if endpoint.template:
                opened.delete_endpoint(endpoint.name)


def opened(
    page: str = "endpoints", *, personal: bool = True, token: bool = True, **query: str
) -> AppTest:
    held = 'os.environ["CONSOLE_TOKEN"]' if token else "None"
    script = SCRIPT.format(
        module=f"{page}_page", function=f"draw_{page}_page", personal=personal, token=held
    )
    test = AppTest.from_string(script, default_timeout=PATIENCE)
    for name, value in query.items():
        test.query_params[name] = value
    return ran(test)


def ran(test: AppTest) -> AppTest:
    test.run()
    assert not test.exception, test.exception
    return test


def words(elements) -> str:
    return "\n".join(str(element.value) for element in elements)


def at(test: AppTest, name: str) -> str:
    value = test.query_params.get(name, "")
    return value[0] if isinstance(value, list) else value


def answered(test: AppTest) -> AppTest:
    while not test.get("json") and not test.error:
        ran(test)
    return test


def test_the_overview_shows_endpoints_and_templates(client):
    page = opened()

    assert "**open**" in words(page.markdown)
    assert "A stub" in words(page.subheader)
    page.button("choose_stub").click().run()
    assert at(page, "template") == "stub"
    assert page.title[0].value == "A stub"


def test_cloning_asks_for_the_tutorials_fields_and_opens_the_endpoint(client):
    page = opened(template="stub")
    assert page.text_input("clone_name").label == "Endpoint Name"
    assert page.number_input("clone_min_replicas").label == "Min Replicas"
    assert page.number_input("clone_max_replicas").value == 3
    assert page.number_input("clone_timeout_seconds").label == "Timeout (sec)"
    assert page.checkbox("clone_public").value is False

    page.text_input("clone_name").set_value("mine")
    page.number_input("clone_max_replicas").set_value(2)
    page.checkbox("clone_public").check()
    page.button("clone_button").click().run()

    made = client.get_endpoint("mine")
    assert (made.template, made.max_replicas, made.public) == ("stub", 2, True)
    assert at(page, "endpoint") == "mine"
    assert page.title[0].value == "mine"


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(client):
    page = opened(template="stub")
    page.text_input("clone_name").set_value("open")

    page.button("clone_button").click().run()

    assert "open" in words(page.error)
    assert page.text_input("clone_name").value == "open"
    assert at(page, "template") == "stub"


def test_the_form_comes_from_the_services_own_description(client):
    page = opened(endpoint="open")
    prefix = "try_open_infer_"

    assert page.text_area(f"{prefix}text_long_text").value == "hello"
    size = page.number_input(f"{prefix}size_whole")
    assert (size.min, size.max, size.value) == (1, 64, 8)
    assert size.help == "Pixels."
    share = page.number_input(f"{prefix}share_number")
    assert (share.min, share.max) == (0.0, 1.0)
    assert page.selectbox(f"{prefix}colour_choice").options == ["red", "blue"]
    assert page.checkbox(f"{prefix}loud_flag").value is False
    assert page.text_area(f"{prefix}options_json").value == ""
    assert page.selectbox("try_method").options == ["/infer", "/shout"]


def test_a_try_shows_the_answer_its_picture_and_the_same_as_curl(client, gateway):
    page = opened(endpoint="open")
    page.text_area("try_open_infer_text_long_text").set_value("it's me")
    page.selectbox("try_open_infer_colour_choice").select("blue")
    page.checkbox("try_open_infer_loud_flag").check()
    page.text_area("try_open_infer_options_json").set_value('{"a": 1}')

    page.button("try_send").click().run()
    answered(page)

    answer = json.loads(page.get("json")[0].proto.body)["output"]
    assert answer["told"]["text"] == "IT'S ME"
    assert answer["told"]["options"] == {"a": 1}
    assert answer["painted"].startswith("(picture 1: PNG")
    assert len(page.get("image")) == 1
    [command] = [code.value for code in page.code if "curl" in code.value]
    assert f"{gateway.url}/endpoints/open/infer" in command
    assert "Authorization" not in command


def test_a_reload_finds_the_request_and_its_answer(client):
    page = opened(endpoint="open")
    page.text_area("try_open_infer_text_long_text").set_value("again")
    page.button("try_send").click().run()

    again = opened(endpoint="open", job=at(page, "job"))

    assert again.text_area("try_open_infer_text_long_text").value == "again"
    assert '"again"' in answered(again).get("json")[0].proto.body


def test_an_input_that_is_no_json_is_told_and_not_sent(client):
    page = opened(endpoint="open")
    page.text_area("try_open_infer_options_json").set_value("{")

    page.button("try_send").click().run()

    assert "is not JSON" in words(page.error)
    assert at(page, "job") == ""


def test_a_services_failure_is_told(client):
    page = opened(endpoint="open")
    page.text_area("try_open_infer_text_long_text").set_value("fail")

    page.button("try_send").click().run()

    assert words(answered(page).error)
    assert "I cannot paint" not in words(page.error)


def test_an_endpoint_that_sleeps_is_tried_by_its_templates_example(client, replicas):
    client.create_endpoint("mine", template="stub")
    replicas.current = type(replicas.current).IDLE

    page = opened(endpoint="mine")

    assert page.text_input("try_mine_infer_prompt_text").value == "x"
    assert "until then the form has those of an example" in words(page.caption)


def test_a_template_is_tried_at_an_endpoint_that_runs_its_service(client):
    page = opened(template="stub")

    assert "Your requests go to your endpoint" in words(page.caption)
    assert page.text_area("try_open_infer_text_long_text").value == "hello"


def test_a_template_that_no_endpoint_can_answer_for_offers_a_temporary_one(client, replicas):
    replicas.current = type(replicas.current).PAUSED
    page = opened(template="stub")
    assert "A template by itself runs nowhere" in words(page.info)

    page.button("start_temporary").click().run()

    made = client.get_endpoint("try-stub")
    assert (made.template, made.public, made.max_replicas) == ("stub", False, 1)


def test_the_temporary_endpoint_is_small_private_and_starts_on_demand(client):
    from inkcloud.playground.console.template_page import make_temporary, one_to_try

    make_temporary(client, "stub")
    client.pause_endpoint("try-stub")
    make_temporary(client, "stub")

    made = client.get_endpoint("try-stub")
    assert (made.min_replicas, made.max_replicas, made.timeout_seconds) == (0, 1, 60)
    assert (made.public, made.paused) == (False, False)
    template = client.get_template("stub")
    assert one_to_try((), template) is None
    assert one_to_try((made,), template) is made


def test_pause_and_start_take_effect(client):
    client.create_endpoint("mine", template="stub")
    page = opened(endpoint="mine")

    page.button("pause_or_start").click().run()
    assert client.get_endpoint("mine").paused
    page.button("pause_or_start").click().run()
    assert not client.get_endpoint("mine").paused


def test_connecting_shows_the_address_a_token_once_and_code(client, gateway):
    client.create_endpoint("mine", template="stub")
    page = opened(endpoint="mine", view="Connect")

    page.button("make_token").click().run()
    shown = [code.value for code in page.code]
    [token] = [text for text in shown if text.startswith("ink_")]
    with InkcloudClient(gateway.url, token=token) as other:
        access = other.current_token()

    assert f"{gateway.url}/endpoints/mine" in shown
    assert (access.scopes, access.endpoint) == (frozenset({Scope.PREDICT}), "mine")
    assert sum("$INKCLOUD_TOKEN" in text or "INKCLOUD_TOKEN" in text for text in shown) == 4
    assert token not in str(page.query_params)
    page.button("forget_token").click().run()
    assert token not in words(page.code)
    assert token not in words(opened(endpoint="mine", view="Connect").code)


def test_settings_change_only_what_was_changed(client):
    client.create_endpoint("mine", template="stub", max_replicas=4)
    page = opened(endpoint="mine", view="Settings")

    page.number_input("settings_mine_min_replicas").set_value(1)
    page.text_area("settings_mine_environment").set_value("INKCLOUD_MODEL=other\nAPP_B=a=b")
    page.button("save_settings").click().run()

    changed = client.get_endpoint("mine")
    assert (changed.min_replicas, changed.max_replicas) == (1, 4)
    assert changed.environment == {"INKCLOUD_MODEL": "other", "APP_B": "a=b"}
    assert "Saved" in words(page.success)


def test_settings_that_are_not_allowed_are_told(client):
    client.create_endpoint("mine", template="stub")
    page = opened(endpoint="mine", view="Settings")

    page.number_input("settings_mine_min_replicas").set_value(9)
    page.button("save_settings").click().run()

    assert "**Min Replicas.**" in words(page.error)


def test_deleting_asks_first(client):
    """The answer to the question is tested in a real browser: AppTest runs no dialogs."""
    client.create_endpoint("mine", template="stub")
    page = opened(endpoint="mine", view="Settings")

    page.button("delete_endpoint").click().run()

    assert "cannot be undone" in words(page.markdown)
    assert {"confirm_delete", "keep_endpoint"} <= {button.key for button in page.button}
    assert client.get_endpoint("mine")


def test_activity_shows_events_and_logs(client, gateway, replicas):
    client.create_endpoint("mine", template="stub")
    at = datetime.now(UTC)
    EventTable(gateway.database).add("mine", "mine-0", "ready", "is *ready*", at)
    replicas.log = [LogLine(at=at, replica="mine-0", text="hello log")]

    page = opened(endpoint="mine", view="Activity")

    assert [header.value for header in page.subheader] == ["Metrics", "Events", "Logs"]
    assert r"is \*ready\*" in words(page.markdown)
    assert "hello log" in words(page.code)


def test_an_endpoint_that_is_gone_is_explained(client):
    assert "There is no endpoint called gone" in words(opened(endpoint="gone").error)
    assert "Endpoints" in words(opened(endpoint="../tokens?").title)


def test_a_token_is_made_shown_once_and_revoking_it_asks_first(client, gateway):
    page = opened("tokens")
    page.text_input("token_name").set_value("my program")
    page.selectbox("token_endpoint").select("open")
    page.selectbox("token_expiry").select("After a day")

    page.button("token_make").click().run()
    [token] = [code.value for code in page.code if code.value.startswith("ink_")]
    with InkcloudClient(gateway.url, token=token) as other:
        access = other.current_token()

    assert (access.name, access.endpoint) == ("my program", "open")
    assert access.expires is not None
    assert token not in words(opened("tokens").code)
    page.button("forget_token").click().run()
    assert "last used" in words(page.caption)
    page.button(f"revoke_{access.id}").click().run()
    assert "cannot be undone" in words(page.markdown)
    [now] = [each for each in client.list_tokens() if each.id == access.id]
    assert now.revoked is None


@pytest.mark.parametrize("page", ["endpoints", "tokens"])
def test_a_page_for_everybody_lends_nobody_its_token(client, gateway, page):
    test = opened(page, personal=False)
    assert not test.title
    assert "token of your own" in words(test.info)

    test.text_input("sign_in_token").set_value("ink_wrong")
    test.button("sign_in_button").click().run()
    assert "does not know this token" in words(test.error)
    test.text_input("sign_in_token").set_value(gateway.token)
    test.button("sign_in_button").click().run()

    assert test.title
    assert gateway.token not in str(test.query_params)
    test.button("sign_out").click().run()
    assert not test.title


def test_without_a_token_a_personal_page_asks_for_one_too(client):
    assert "token of your own" in words(opened(token=False).info)
