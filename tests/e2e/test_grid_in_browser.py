"""The page Grid in a real Chromium, with a replica and the page's server killed under it.

With SCREENSHOTS=docs/images the tests also write the pictures of the documentation.
"""

import io
import re
import time
import urllib.parse

import pytest
from PIL import Image

from support.browser import PHONE
from support.cells_page import box_scrolls, cell_texts, enter_cell, headers, pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE = (1440, 900)


def drawn(browser) -> int:
    found = re.search(r"(\d+) of \d+ cells are drawn", browser.text("grid_result"))
    return int(found[1]) if found else 0


def query(browser) -> dict[str, str]:
    parts = urllib.parse.urlparse(browser.driver.current_url).query
    return dict(urllib.parse.parse_qsl(parts))


def generations(inkcloud, run: str) -> list[dict]:
    prefix = urllib.parse.quote(f"grid/{run}/")
    path = f"/endpoints/text2image/generations?limit=200&tag_prefix={prefix}"
    return inkcloud.get(path)["generations"]


def fill_axes(browser, steps: str, seeds: str) -> None:
    browser.fill("grid_values_across_steps", steps)
    browser.choose("grid_axis_down", "Seed")
    browser.fill("grid_values_down_seed", seeds)


def test_36_cells_outlive_a_killed_replica_a_killed_page_a_reload_and_a_second_tab(
    inkcloud, browser
):
    browser.resize(WIDE)
    browser.open(f"{inkcloud.playground_url}/grid", until="grid_draw")
    fill_axes(browser, "2-7", "1-6")
    browser.wait_for(lambda: "36 cells, 162 model calls, 324 rows" in browser.text("grid_cost"))
    browser.press("grid_draw")
    browser.wait_for(lambda: drawn(browser) >= 5)

    inkcloud.child("inkcloud.replica").kill()  # SIGKILL
    browser.photograph("grid-running.png", size=WIDE)
    inkcloud.kill_playground()
    address = browser.driver.current_url
    browser.driver.refresh()
    browser.open_second_tab(address)
    browser.wait_for(lambda: drawn(browser) == 36)
    browser.wait_for(lambda: pictures(browser) == 36)
    browser.return_to_first_tab()
    browser.wait_for(lambda: drawn(browser) == 36)
    browser.wait_for(lambda: pictures(browser) == 36)

    found = generations(inkcloud, query(browser)["run"])
    assert [each["state"] for each in found] == ["succeeded"] * 36
    assert len({each["id"] for each in found}) == len({each["tag"] for each in found}) == 36
    asked = {(e["request"]["num_inference_steps"], e["request"]["seed"]) for e in found}
    assert asked == {(steps, seed) for steps in range(2, 8) for seed in range(1, 7)}

    look_at_one_cell_and_export(inkcloud, browser)


def look_at_one_cell_and_export(inkcloud, browser) -> None:
    """Arrange anew, open a cell by keyboard, export, look at it on a phone, open it elsewhere."""
    run = query(browser)["run"]
    assert headers(browser)[:6] == [f"{count} steps" for count in range(2, 8)]
    browser.choose(f"grid_arrangement_{run}", "Seed across")
    browser.wait_for(lambda: headers(browser)[:1] == ["seed 1"])
    assert len(generations(inkcloud, run)) == 36

    enter_cell(browser, 7)  # the second row and column
    browser.wait_for(lambda: "3 steps, seed 2" in browser.text("grid_opened"))
    browser.settle()
    browser.photograph("grid.png", size=WIDE, whole=True)

    browser.press("grid_export_picture")
    file = browser.wait_for(lambda: next(browser.downloads.glob("*.png"), None))
    assert Image.open(io.BytesIO(file.read_bytes())).text["inkcloud-grid"].startswith("1.")
    browser.press("grid_export_html")
    page = browser.wait_for(lambda: next(browser.downloads.glob("*.html"), None))

    browser.resize(PHONE)
    browser.wait_for(lambda: box_scrolls(browser))
    assert not browser.scrolls_sideways()
    browser.photograph("grid-phone.png", size=PHONE, whole=True)
    browser.resize(WIDE)

    browser.press("grid_open_playground")
    browser.wait_for(lambda: browser.has("panel1_frame"))
    browser.wait_for(lambda: browser.value("panel1_seed") == "2")
    assert browser.value("panel1_steps") == "3"

    browser.driver.get(page.as_uri())
    loaded = "return [...document.images].filter((i) => i.naturalWidth).length"
    browser.wait_for(lambda: browser.driver.execute_script(loaded) == 36)
    assert "K_EULER" in browser.driver.page_source or "DPMSolver" in browser.driver.page_source


def test_stop_ends_the_work_within_a_step_and_keeps_what_is_drawn(inkcloud, browser):
    browser.resize(WIDE)
    browser.open(f"{inkcloud.playground_url}/grid", until="grid_draw")
    fill_axes(browser, "2, 500", "11-30")  # minutes of work, on a quick machine too
    browser.press("grid_draw")
    browser.wait_for(lambda: drawn(browser) >= 2)
    browser.wait_for(lambda: any("Step " in text for text in cell_texts(browser)))

    began = time.monotonic()
    browser.press("grid_stop")
    browser.wait_for(lambda: "Stopped." in browser.text("grid_result"))
    seconds = time.monotonic() - began

    found = generations(inkcloud, query(browser)["run"])
    states = [each["state"] for each in found]
    assert set(states) <= {"succeeded", "cancelled"}
    assert states.count("succeeded") == drawn(browser) >= 2
    assert seconds < 30, seconds  # 500 steps take far longer
    browser.driver.refresh()
    browser.wait_for(lambda: "Stopped." in browser.text("grid_result"))
    assert len(generations(inkcloud, query(browser)["run"])) == len(found)


def test_words_guidance_and_negative_prompts_are_axes_and_one_of_them_is_tabs(inkcloud, browser):
    browser.resize(WIDE)
    browser.open(f"{inkcloud.playground_url}/grid", until="grid_draw")
    browser.fill("grid_prompt", "an octopus on a plate")
    browser.click("[data-testid=stExpander] summary")
    browser.fill("grid_steps", "2")
    browser.choose("grid_axis_across", "Words in the prompt")
    browser.fill("grid_values_across_words", "octopus, cat")
    browser.choose("grid_axis_down", "Guidance")
    browser.fill("grid_values_down_guidance", "1, 7.5")
    browser.choose("grid_axis_tabs", "Negative prompts")
    browser.type("grid_values_tabs_negative", "grey\nblurry", tag="textarea")
    browser.wait_for(lambda: "8 cells" in browser.text("grid_cost"))
    browser.press("grid_draw")
    browser.wait_for(lambda: drawn(browser) == 8)
    browser.wait_for(lambda: pictures(browser) == 4)

    assert headers(browser)[:2] == ["octopus", "cat"]
    tabs = browser.wait_for(lambda: browser.shown("[role=tab]"))
    assert [tab.text for tab in tabs] == ["1. grey", "2. blurry"]
    tabs[1].click()
    browser.wait_for(lambda: pictures(browser) == 4)
    asked = {
        (e["request"]["prompt"], e["request"]["guidance_scale"], e["request"]["negative_prompt"])
        for e in generations(inkcloud, query(browser)["run"])
    }
    words = ("an octopus on a plate", "a cat on a plate", "an cat on a plate")
    assert len(asked) == 8
    assert {prompt for prompt, _, _ in asked} <= set(words)
    assert {scale for _, scale, _ in asked} == {1.0, 7.5}
    assert {negative for _, _, negative in asked} == {"grey", "blurry"}
