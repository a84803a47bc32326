"""The page Schedulers in a real Chromium.

With SCREENSHOTS=docs/images the tests also write the pictures of the documentation.
"""

import json
import urllib.parse

import pytest

from support.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE = (1440, 900)


def wait_until_measured(browser) -> None:
    """Wait for what came out, and until it is drawn to its end."""
    browser.wait_for(lambda: "the claim" in browser.text("schedulers_claim"))
    browser.settle()


def test_a_small_experiment_is_measured_kept_saved_and_opened_again(inkcloud, browser):
    browser.resize(WIDE)
    page = f"{inkcloud.playground_url}/schedulers"
    small = {
        "schedulers_steps": "2, 6",
        "schedulers_reference": "8",
        "schedulers_seeds": "7",
    }
    browser.open(page, until="schedulers_run")
    for key, value in small.items():
        browser.fill(key, value)
    browser.press("schedulers_run")
    wait_until_measured(browser)

    address = browser.driver.current_url
    claim = browser.text("schedulers_claim")
    assert "K_EULER_ANCESTRAL adds fresh noise" in claim
    run = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(address).query))["run"]
    path = f"/endpoints/text2image/generations?limit=200&tag_prefix=schedulers/{run}/"
    assert len(inkcloud.get(path)["generations"]) == 18

    browser.press("schedulers_export_json")
    file = browser.wait_for(lambda: next(browser.downloads.glob("*.json"), None))
    saved = json.loads(file.read_text())
    far = {(p["scheduler"], p["steps"]): p["distance"] for p in saved["points"]}
    assert far["DPMSolverMultistep", 2] > far["DPMSolverMultistep", 6] > 0

    browser.driver.refresh()
    wait_until_measured(browser)
    assert browser.text("schedulers_claim") == claim
    assert len(inkcloud.get(path)["generations"]) == 18

    browser.open(page, until="schedulers_run")
    browser.wait_for(lambda: browser.driver.find_elements("css selector", "summary"))
    browser.driver.find_elements("css selector", "summary")[-1].click()
    upload = browser.wait_for(
        lambda: next(iter(browser.driver.find_elements("css selector", "input[type=file]")), None)
    )
    upload.send_keys(str(file))
    browser.press("schedulers_show_file")
    wait_until_measured(browser)
    assert browser.text("schedulers_claim") == claim

    browser.resize(PHONE)
    browser.wait_for(lambda: not browser.scrolls_sideways())
