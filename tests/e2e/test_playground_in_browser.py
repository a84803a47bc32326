"""The page in a real Chromium against the whole of Inkcloud.

With SCREENSHOTS=docs/images the tests also write the pictures of the documentation.
"""

import io
import json
import re
import urllib.parse

import pytest
from PIL import Image

from support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PANELS = (1, 2, 3)
SECONDS = re.compile(r"\d+\.\d s · \d+ × \d+ pixels|\d+ min \d+ s · \d+ × \d+ pixels")


def pictures(browser) -> list:
    """The finished pictures that have really been loaded."""
    images = browser.shown("[data-testid=stImage] img")
    return [
        i for i in images if browser.driver.execute_script("return arguments[0].naturalWidth", i)
    ]


def in_panel(browser, panel: int, text: str) -> bool:
    return text in browser.text(f"panel{panel}_frame")


def finish(browser) -> None:
    browser.wait_for(lambda: len(pictures(browser)) == len(PANELS))
    browser.settle()


def job_in_address(browser, panel: int) -> str | None:
    query = urllib.parse.urlparse(browser.driver.current_url).query
    return urllib.parse.parse_qs(query).get(f"panel{panel}", [None])[0]


def job_of(browser, panel: int) -> str:
    """The generation that a panel shows, by the page's address."""
    return browser.wait_for(lambda: job_in_address(browser, panel))


def value_of(browser, key: str) -> str:
    return browser.widget(key, "input").get_attribute("value")


def long_run(browser, panel: int = 1, steps: int = 500) -> str:
    """Start a generation that lasts, in one panel, and return its id."""
    browser.fill(f"panel{panel}_steps", str(steps))
    browser.press(f"panel{panel}_generate")
    browser.wait_for(lambda: in_panel(browser, panel, "Step "))
    return job_of(browser, panel)


def test_three_pictures_with_their_seconds(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.photograph("playground-start.png", size=DESKTOP)

    browser.press("generate")
    browser.wait_for(
        lambda: len(browser.shown(".ink-frame img")) == len(PANELS) or pictures(browser)
    )
    browser.photograph("playground-running.png", size=DESKTOP)
    finish(browser)

    for panel in PANELS:
        assert SECONDS.search(browser.text(f"panel{panel}_frame"))
        assert in_panel(browser, panel, "Download PNG")
    browser.photograph("playground-desktop.png", size=DESKTOP)
    browser.photograph("playground-desktop-whole.png", size=DESKTOP, whole=True)


def test_a_preview_is_seen_before_the_picture_is_done(inkcloud, browser):
    browser.open(inkcloud.playground_url)

    long_run(browser)
    preview = browser.wait_for(lambda: next(iter(browser.shown(".ink-frame img")), None))

    assert preview.get_attribute("src").startswith("data:image/png")
    browser.press("panel1_cancel")
    browser.wait_for(lambda: in_panel(browser, 1, "Cancelled."))


def test_a_reload_during_a_run_shows_the_same_run_to_its_end(inkcloud, browser):
    steps = inkcloud.steps_that_take(15)
    browser.open(inkcloud.playground_url)
    browser.fill("prompt", "an octopus on a reef")
    job = long_run(browser, steps=steps)

    browser.driver.refresh()
    browser.wait_for(lambda: in_panel(browser, 1, "Step "))
    assert job_of(browser, 1) == job
    assert browser.widget("prompt", "input").get_attribute("value") == "an octopus on a reef"
    assert browser.widget("panel1_steps", "input").get_attribute("value") == str(steps)

    browser.wait_for(lambda: len(pictures(browser)) == 1)
    assert inkcloud.get(f"/endpoints/text2image/generations/{job}")["state"] == "succeeded"


def test_a_second_tab_sees_the_run(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    job = long_run(browser, panel=2)

    browser.driver.switch_to.new_window("tab")
    browser.open(inkcloud.playground_url)
    browser.wait_for(lambda: in_panel(browser, 2, "Step "))

    assert job_of(browser, 2) == job
    browser.press("panel2_cancel")
    browser.wait_for(lambda: in_panel(browser, 2, "Cancelled."))
    browser.driver.switch_to.window(browser.driver.window_handles[0])
    browser.wait_for(lambda: in_panel(browser, 2, "Cancelled."))


def test_cancel_stops_the_engine_and_says_so(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    job = long_run(browser, panel=3)

    browser.press("panel3_cancel")
    browser.wait_for(lambda: in_panel(browser, 3, "Cancelled."))

    assert inkcloud.get(f"/endpoints/text2image/generations/{job}")["state"] == "cancelled"
    assert not browser.has("panel3_cancel")


def test_a_download_is_the_png_with_its_record(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.fill("panel1_seed", str(2**64 - 1))
    browser.press("panel1_generate")
    browser.wait_for(lambda: len(pictures(browser)) == 1)

    browser.press("panel1_download")
    file = browser.wait_for(lambda: next(browser.downloads.glob("*.png"), None))

    assert file.name == "inkcloud-DPMSolverMultistep-20-7.5-18446744073709551615.png"
    picture = Image.open(io.BytesIO(file.read_bytes()))
    record = json.loads(picture.text["inkcloud"])
    assert record["prompt"] == "A photo of an octopus playing chess"
    assert record["seed"] == 2**64 - 1
    assert picture.text["parameters"].startswith("A photo of an octopus playing chess")


def test_a_bad_seed_is_told_in_its_panel(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.fill("panel2_seed", "minus one")

    browser.press("panel2_generate")

    browser.wait_for(lambda: in_panel(browser, 2, "Allowed is a whole number"))
    assert browser.widget("panel2_seed", "input").get_attribute("value") == "minus one"


def test_a_run_and_what_was_typed_outlive_the_pages_server(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.fill("prompt", "an otter")
    browser.fill("panel2_seed", "1234567890123456789")
    first = long_run(browser, panel=1)

    inkcloud.kill_playground()
    browser.press("panel2_generate")
    second = job_of(browser, 2)

    request = inkcloud.get(f"/endpoints/text2image/generations/{second}")["request"]
    assert (request["prompt"], request["seed"]) == ("an otter", 1234567890123456789)
    assert job_of(browser, 1) == first
    for run in (first, second):  # one of them may have ended by now
        inkcloud.ask("DELETE", f"/endpoints/text2image/generations/{run}")


def test_a_preset_chosen_just_after_the_pages_server_was_started_anew_is_taken(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.fill("panel3_seed", "77")
    inkcloud.kill_playground()

    browser.choose("panel1_preset", "K_EULER, 30 steps")

    browser.wait_for(lambda: value_of(browser, "panel1_steps") == "30")
    assert value_of(browser, "panel1_seed") == "24"
    assert value_of(browser, "panel3_seed") == "77"
    assert value_of(browser, "panel1_negative_prompt").startswith("Blurry photo")


def test_another_page_and_back_loses_nothing(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.fill("prompt", "an otter")
    browser.fill("panel2_steps", "31")

    browser.follow_link("Tokens")
    browser.widget("token_make", "button")
    browser.follow_link("Generate")

    browser.wait_for(lambda: value_of(browser, "prompt") == "an otter")
    assert value_of(browser, "panel2_steps") == "31"
    assert value_of(browser, "panel1_steps") == "20"


def test_a_phone_needs_no_sideways_scrolling(inkcloud, browser):
    browser.resize(PHONE)
    browser.open(inkcloud.playground_url)
    assert not browser.scrolls_sideways()
    browser.photograph("playground-phone-start.png", size=PHONE)

    browser.press("generate")
    finish(browser)

    assert not browser.scrolls_sideways()
    browser.photograph("playground-phone.png", size=PHONE)
