"""Presets saved, listed and removed over HTTP."""

import threading

import pytest

from inkcloud.control.presets import MOST_PRESETS
from inkcloud.domain.access import Scope
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas

SETTINGS = {"num_inference_steps": 31, "scheduler": "K_EULER", "guidance_scale": 9, "width": None}


@pytest.fixture
def gateway(tmp_path):
    with RunningGateway(tmp_path, StubReplicas()) as running:
        running.http.headers = running.authorization
        yield running


def save(gateway, kind="settings", name="mine", values=SETTINGS):
    return gateway.http.post("/presets", json={"kind": kind, "name": name, "values": values})


def listed(gateway):
    return gateway.http.get("/presets").json()["presets"]


def test_a_preset_is_saved_listed_and_removed(gateway):
    made = save(gateway, name="  Kräftig / 31 ")

    view = made.json()
    assert made.status_code == 201
    assert (view["kind"], view["name"]) == ("settings", "Kräftig / 31")
    assert view["values"] == {**SETTINGS, "guidance_scale": 9.0}
    assert listed(gateway) == [view]
    assert gateway.http.delete(f"/presets/{view['id']}").status_code == 204
    assert listed(gateway) == []
    assert gateway.http.delete(f"/presets/{view['id']}").status_code == 404
    assert gateway.http.delete("/presets/%00").status_code == 404


def test_a_name_that_is_taken_gets_the_new_values_and_keeps_its_id(gateway):
    first = save(gateway).json()

    second = save(gateway, values={"num_inference_steps": 5})

    assert second.status_code == 200
    assert second.json() == {**first, "values": {"num_inference_steps": 5}}
    assert len(listed(gateway)) == 1


def test_settings_and_prompts_have_names_of_their_own(gateway):
    save(gateway)
    save(gateway, "prompt", values={"prompt": "an otter", "negative_prompt": ""})

    found = {(each["kind"], each["name"]) for each in listed(gateway)}
    assert found == {("settings", "mine"), ("prompt", "mine")}


def test_everybody_has_names_of_their_own(gateway):
    shared = save(gateway).json()
    values = {"kind": "settings", "name": "mine", "values": {"seed": 1}, "owner": "ada@example.org"}

    own = gateway.http.post("/presets", json=values)
    again = gateway.http.post("/presets", json={**values, "values": {"seed": 2}})

    assert (own.status_code, again.status_code) == (201, 200)
    found = gateway.http.get("/presets", params={"owner": "ada@example.org"}).json()["presets"]
    assert found == [{**own.json(), "values": {"seed": 2}}]
    assert listed(gateway) == [shared]
    assert shared["owner"] == ""
    bad = gateway.http.get("/presets", params={"owner": "x" * 321})
    assert (bad.status_code, bad.json()["field"]) == (422, "owner")


def test_presets_come_by_name(gateway):
    for name in ("b", "A", "c"):
        save(gateway, name=name)

    assert [each["name"] for each in listed(gateway)] == ["A", "b", "c"]


def test_one_name_saved_by_many_at_once_is_one_preset(gateway):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(save(gateway).status_code)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(found) <= {200, 201}
    assert len(found) == 8
    assert len(listed(gateway)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "x", "name": "a", "values": SETTINGS}, "kind"),
        ({"kind": [], "name": "a", "values": SETTINGS}, "kind"),
        ({"kind": "settings", "name": " ", "values": SETTINGS}, "name"),
        ({"kind": "settings", "name": "x" * 81, "values": SETTINGS}, "name"),
        ({"kind": "settings", "name": "a\nb", "values": SETTINGS}, "name"),
        ({"kind": "settings", "name": 3, "values": SETTINGS}, "name"),
        ({"kind": "settings", "name": "a", "values": []}, "values"),
        ({"kind": "settings", "name": "a", "values": {}}, "values"),
        ({"kind": "settings", "name": "a", "values": {"prompt": "x"}}, "prompt"),
        ({"kind": "prompt", "name": "a", "values": {"seed": 1}}, "seed"),
        ({"kind": "prompt", "name": "a", "values": {"prompt": ""}}, "prompt"),
        ({"kind": "settings", "name": "a", "values": {"seed": "1"}}, "seed"),
        ({"kind": "settings", "name": "a"}, "values"),
        ({"kind": "settings", "name": "a", "values": SETTINGS, "id": "x"}, "id"),
        ({"kind": "settings", "name": "a", "values": SETTINGS, "owner": "a\nb"}, "owner"),
    ],
)
def test_a_bad_preset_is_refused_by_field(gateway, body, field):
    answer = gateway.http.post("/presets", json=body)

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["allowed"]


def test_there_is_an_end_to_presets(gateway):
    for number in range(MOST_PRESETS):
        gateway.parts.presets.save("prompt", str(number), {"prompt": "x"})

    assert save(gateway, "prompt", "one more", {"prompt": "x"}).status_code == 409
    assert save(gateway, "prompt", "7", {"prompt": "y"}).status_code == 200


def test_a_token_for_one_endpoint_has_no_part_in_them(gateway):
    token, _ = gateway.tokens.create("a", [Scope.PREDICT], endpoint="shut")

    answer = gateway.http.get("/presets", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403


def test_presets_outlive_the_gateway(tmp_path):
    for _ in range(2):
        with RunningGateway(tmp_path, StubReplicas()) as running:
            running.http.headers = running.authorization
            if not listed(running):
                kept = save(running).json()
    with RunningGateway(tmp_path, StubReplicas()) as running:
        running.http.headers = running.authorization
        assert listed(running) == [kept]
