"""Unmodified client packages, each in an environment of its own, against `inkcloud up`."""

from collections.abc import Iterator

import httpx2
import pytest

from support.client_environment import ClientEnvironment, octoai_sdk_0_10_1
from support.prepared_builtin import PreparedBuiltin
from support.running_up import PATIENCE, running_up

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, prepared_builtin: PreparedBuiltin
) -> Iterator[dict[str, str]]:
    """Run Inkcloud with a public and a private endpoint; yield what clients are told."""
    folder = prepared_builtin.share_with(tmp_path_factory.mktemp("data"))
    with running_up(folder, "--prepare", "--no-playground") as up:
        endpoint = up.fact("Endpoint").removesuffix("/predict")
        url = endpoint.partition("/endpoints/")[0]
        token = (folder / "token").read_text().strip()
        made = httpx2.post(
            f"{url}/v1/endpoint",
            json={"name": "private", "image_url": "inkcloud/text-to-image", "port": 8080},
            headers={"Authorization": f"Bearer {token}"},
            timeout=PATIENCE,
            trust_env=False,
        )
        assert made.status_code == 201, made.text
        yield {
            "URL": url,
            "TOKEN": token,
            "ENDPOINT": endpoint,
            "PRIVATE": made.json()["endpoint"],
        }


@pytest.fixture(scope="module")
def webui() -> ClientEnvironment:
    return ClientEnvironment("webuiapi==0.9.17")


def test_the_tutorials_application(served: dict[str, str], webui: ClientEnvironment) -> None:
    found = webui.run("tutorial", **served)

    assert found["formats"] == ["PNG"] * 6
    assert found["modes"] == ["RGB"] * 6
    assert found["sizes"] == [[128, 128]] * 6
    assert found["different"] == 6


def test_octoai_sdk_0_10_1(served: dict[str, str]) -> None:
    found = octoai_sdk_0_10_1().run("octoai_sdk_0_10_1", **served)

    assert found["same_everywhere"]
    assert found["formats"] == ["PNG", "PNG", "JPEG"]
    assert found["progress"] == sorted(found["progress"])
    assert found["removed"] == 0


def test_octoai_sdk_0_1_2(served: dict[str, str]) -> None:
    found = ClientEnvironment("octoai-sdk==0.1.2").run("octoai_sdk_0_1_2", **served)

    assert found["endpoint"] == served["ENDPOINT"] + "/predict"
    assert found["png"]
    assert found["refusal"].startswith("Client error: 422")


def test_octoai_1_11_0(served: dict[str, str]) -> None:
    found = ClientEnvironment("octoai==1.11.0").run("octoai_1_11_0", **served)

    assert found["png"]
    assert found["seeds"] == [11, 12]
    assert found["jpegs"] == [True, True, True]
    assert found["milliseconds"] > 0
    assert found["place"] == ["body", "steps"]
    assert found["status"] == 422


def test_openai(served: dict[str, str]) -> None:
    found = ClientEnvironment("openai").run("openai_current", **served)

    *partial, last = found["events"]
    assert last == "image_generation.completed"
    assert set(partial) <= {"image_generation.partial_image"}
    assert 1 <= len(partial) <= 2
    assert found["partial"] == list(range(len(partial)))
    assert found["usage"] == 0
    assert found["models"] == ["private", "text2image"]
    assert found["seen_by_strangers"] == ["text2image"]
    assert found["one"] == "inkcloud"
    assert found["bad"] == ["BadRequestError", "size", "invalid_request"]
    assert found["unknown"] == ["BadRequestError", "a", "invalid_request"]
    assert found["private"] == [True]


def test_webuiapi_0_9_17(served: dict[str, str], webui: ClientEnvironment) -> None:
    found = webui.run("webui", **served)

    assert (found["pictures"], found["seeds"]) == (4, [7, 8, 9, 10])
    assert found["sizes"] == [[128, 128]] * 4
    assert "Sampler: Euler a" in found["infotext"]
    assert found["in_the_file"] == found["infotext"]
    assert found["random"] >= 0
    assert found["start"] == found["private"] == [128, 128]
    assert found["chosen"].startswith("private [")
    assert (found["steps"], found["jobs"]) == (500, 4)
    assert found["interrupted"] == 0
    assert {"Euler a", "DPM++ 2M"} <= set(found["samplers"])
    assert found["schedulers"] == ["automatic"]
    assert [name.partition(" ")[0] for name in found["models"]] == ["private", "text2image"]
    assert found["skip"] is None
    assert found["refusal"] == 404


def test_a_script_that_fails_fails_the_test(webui: ClientEnvironment) -> None:
    """The negative control."""
    nowhere = {"URL": "http://127.0.0.1:9", "TOKEN": "x", "ENDPOINT": "http://127.0.0.1:9"}

    with pytest.raises(AssertionError, match="Connection refused"):
        webui.run("tutorial", **nowhere)
