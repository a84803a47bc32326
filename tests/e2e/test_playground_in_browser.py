"""The page in a real Chromium against the whole of Inkcloud.

With SCREENSHOTS=docs/images the tests also write the pictures of the documentation.
"""

import io
import json
import re
import urllib.parse
from dataclasses import replace

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from selenium.webdriver.common.by import By

from inkcloud.playground.link import generate_query
from inkcloud.playground.presets import PRESETS
from support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PANELS = (1, 2, 3)
SECONDS = re.compile(r"\d+\.\d s · \d+ × \d+ pixels|\d+ min \d+ s · \d+ × \d+ pixels")


def pictures(browser) -> list:
    """The finished pictures that have really been loaded."""
    return browser.loaded("[data-testid=stImage] img")


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


def link_to(inkcloud, prompt: str, *steps: int) -> str:
    """A link to panels with the presets' settings and these step counts."""
    panels = [
        replace(preset.parameters, steps=count)
        for preset, count in zip(PRESETS, steps, strict=False)
    ]
    query = urllib.parse.urlencode(generate_query(prompt, panels))
    return f"{inkcloud.playground_url}?{query}"


def address_says(browser, words: str) -> None:
    """Wait until the page's server has what was typed: it tells the address."""
    browser.wait_for(lambda: words in browser.driver.current_url)


def drawn(inkcloud, browser, panel: int) -> str:
    """Draw a panel and return the picture's SHA-256."""
    before = job_in_address(browser, panel)
    browser.press(f"panel{panel}_generate")
    browser.wait_for(lambda: job_in_address(browser, panel) not in {None, before})
    browser.wait_for(lambda: in_panel(browser, panel, "Download PNG"))
    path = f"/endpoints/text2image/generations/{job_of(browser, panel)}"
    return inkcloud.get(path)["images"][0]["sha256"]


def drop(browser, file) -> None:
    """Give the page a picture, as if it was dropped there."""
    selector = ".st-key-restore_file input[type=file]"
    field = browser.wait_for(lambda: browser.driver.find_elements(By.CSS_SELECTOR, selector))[0]
    field.send_keys(str(file))


def choose_in_menu(browser, panel: int, text: str) -> None:
    browser.press(f"panel{panel}_menu")
    entries = "[role=option], [role=menuitem], li"

    def chosen() -> bool:
        found = [entry for entry in browser.shown(entries) if entry.text == text]
        if found:
            found[0].click()
        return bool(found)

    browser.wait_for(chosen)


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
    [preview, *_] = browser.wait_for(lambda: browser.attributes(".ink-frame img", "src"))

    assert preview.startswith("data:image/png")
    browser.press("panel1_cancel")
    browser.wait_for(lambda: in_panel(browser, 1, "Cancelled."))


def test_a_reload_during_a_run_shows_the_same_run_to_its_end(inkcloud, browser):
    steps = inkcloud.steps_that_take(15)
    browser.open(inkcloud.playground_url)
    browser.fill("prompt", "an octopus on a reef")
    job = long_run(browser, steps=steps)

    browser.driver.refresh()
    # On a machine that has become less busy meanwhile it may have ended.
    browser.wait_for(lambda: in_panel(browser, 1, "Step ") or pictures(browser))
    assert job_of(browser, 1) == job
    assert browser.value("prompt") == "an octopus on a reef"
    assert browser.value("panel1_steps") == str(steps)

    browser.wait_for(lambda: len(pictures(browser)) == 1)
    assert inkcloud.get(f"/endpoints/text2image/generations/{job}")["state"] == "succeeded"


def test_a_second_tab_sees_the_run(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    job = long_run(browser, panel=2)

    browser.open_second_tab(inkcloud.playground_url)
    browser.wait_for(lambda: in_panel(browser, 2, "Step "))

    assert job_of(browser, 2) == job
    browser.press("panel2_cancel")
    browser.wait_for(lambda: in_panel(browser, 2, "Cancelled."))
    browser.return_to_first_tab()
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
    assert browser.value("panel2_seed") == "minus one"


def test_who_presses_before_the_page_was_drawn_again_loses_nothing_of_what_was_typed(
    inkcloud, browser
):
    browser.open(inkcloud.playground_url)
    browser.settle()

    browser.click_too_early(".st-key-panel2_generate button")
    browser.fill("panel2_steps", "31")

    browser.wait_for(lambda: in_panel(browser, 2, "Download PNG"))
    browser.settle()
    assert browser.value("panel2_steps") == "31"
    assert browser.value("panel2_preset") == ""
    request = inkcloud.get(f"/endpoints/text2image/generations/{job_of(browser, 2)}")["request"]
    assert request["num_inference_steps"] == 31


def test_a_preset_is_drawn_with_even_if_the_button_was_pressed_before_it_was_seen(
    inkcloud, browser
):
    browser.open(inkcloud.playground_url)
    browser.settle()

    browser.click_too_early(".st-key-panel2_generate button")
    browser.choose("panel2_preset", "DPMSolverMultistep, 20 steps")

    browser.wait_for(lambda: in_panel(browser, 2, "Download PNG"))
    request = inkcloud.get(f"/endpoints/text2image/generations/{job_of(browser, 2)}")["request"]
    assert (request["scheduler"], request["num_inference_steps"]) == ("DPMSolverMultistep", 20)
    assert browser.value("panel2_steps") == "20"


@pytest.mark.parametrize(
    ("entry", "steps"), [("Swap with panel 2", [4, 3]), ("Copy settings to panel 2", [3, 3])]
)
def test_a_swap_and_a_copy_are_drawn_if_the_button_was_pressed_before_they_were_seen(
    inkcloud, browser, entry, steps
):
    browser.open(link_to(inkcloud, "an otter", 3, 4))
    browser.settle()

    browser.click_too_early(".st-key-generate button")
    choose_in_menu(browser, 1, entry)

    browser.wait_for(lambda: len(pictures(browser)) == 2)
    browser.settle()
    drawn_with = [
        inkcloud.get(f"/endpoints/text2image/generations/{job_of(browser, i)}")["request"]
        for i in (1, 2)
    ]
    assert [each["num_inference_steps"] for each in drawn_with] == steps
    assert [browser.value(f"panel{i}_steps") for i in (1, 2)] == [str(each) for each in steps]


def test_a_run_and_what_was_typed_outlive_the_pages_server(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.fill("prompt", "an otter")
    address_says(browser, "prompt=an+otter")
    browser.fill("panel2_seed", "1234567890123456789")
    address_says(browser, "seed%3D1234567890123456789")
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
    # The line of differences comes from the server: it has the value now.
    browser.wait_for(lambda: "seed 42 / 24 / 77" in browser.driver.page_source)
    inkcloud.kill_playground()

    browser.choose("panel1_preset", "K_EULER, 30 steps")

    browser.wait_for(lambda: browser.value("panel1_steps") == "30")
    assert browser.value("panel1_seed") == "24"
    assert browser.value("panel3_seed") == "77"
    assert browser.value("panel1_negative_prompt").startswith("Blurry photo")


def test_another_page_and_back_loses_nothing(inkcloud, browser):
    browser.open(inkcloud.playground_url)
    browser.fill("prompt", "an otter")
    browser.fill("panel2_steps", "31")

    browser.follow_link("Tokens")
    browser.widget("token_make", "button")
    browser.follow_link("Generate")

    browser.wait_for(lambda: browser.value("prompt") == "an otter")
    assert browser.value("panel2_steps") == "31"
    assert browser.value("panel1_steps") == "20"


def test_a_link_and_a_picture_bring_the_same_picture_back(inkcloud, browser, tmp_path):
    browser.open(link_to(inkcloud, "an otter, in the snow", 4))
    first = drawn(inkcloud, browser, 1)
    browser.press("panel1_download")
    file = browser.wait_for(lambda: next(iter(browser.downloads.glob("*.png")), None))
    browser.press("link")
    link = browser.wait_for(lambda: browser.text("link_text").strip())

    browser.open(link)
    assert browser.value("prompt") == "an otter, in the snow"
    assert not pictures(browser)  # a link draws nothing
    assert drawn(inkcloud, browser, 1) == first

    browser.open(inkcloud.playground_url)
    drop(browser, file)
    browser.press("restore_use")
    browser.wait_for(lambda: browser.value("panel1_steps") == "4")
    assert browser.value("prompt") == "an otter, in the snow"
    assert drawn(inkcloud, browser, 1) == first

    chunks = PngInfo()
    settings = "Steps: 28, Sampler: Euler a, Schedule type: Karras, CFG scale: 6.5, Seed: 77"
    chunks.add_text("parameters", f"a castle\nNegative prompt: lowres\n{settings}")
    foreign = tmp_path / "castle.png"
    Image.new("RGB", (8, 8)).save(foreign, pnginfo=chunks)
    drop(browser, foreign)
    browser.wait_for(lambda: "noise levels “Karras” are not offered" in browser.text("restored"))
    browser.press("restore_use")
    browser.wait_for(lambda: browser.value("panel1_steps") == "28")
    assert browser.value("prompt") == "a castle"
    assert browser.value("panel1_seed") == "77"
    assert browser.value("panel1_negative_prompt") == "lowres"


def test_panels_are_locked_swapped_and_compared(inkcloud, browser):
    browser.open(link_to(inkcloud, "an otter", 3, 4))
    browser.click(".st-key-lock_seed label")
    browser.settle()
    browser.press("generate")
    browser.wait_for(lambda: len(pictures(browser)) == 2)
    first, second = job_of(browser, 1), job_of(browser, 2)
    seeds = [
        inkcloud.get(f"/endpoints/text2image/generations/{job}")["request"]["seed"]
        for job in (first, second)
    ]
    assert seeds == [42, 42]

    choose_in_menu(browser, 1, "Swap with panel 2")
    browser.wait_for(lambda: job_in_address(browser, 1) == second)
    assert job_in_address(browser, 2) == first
    assert [browser.value(f"panel{i}_steps") for i in (1, 2)] == ["4", "3"]

    # The slider between the two pictures lies in a component's own tree, and takes keys.
    find = (
        "const all = [...document.querySelectorAll('.st-key-before_after *')];"
        "const host = all.find(e => e.shadowRoot && e.shadowRoot.querySelector('input'));"
        "return host && host.shadowRoot.querySelector('input')"
    )
    slider = browser.wait_for(lambda: browser.driver.execute_script(find))
    slider.send_keys("\ue012" * 10)  # ten times the left arrow
    assert slider.get_attribute("aria-valuetext") == "40 % Panel 1"
    shown = browser.driver.execute_script(
        "return getComputedStyle(arguments[0].getRootNode().querySelector('.before')).clipPath",
        slider,
    )
    assert "60%" in shown
    said = browser.wait_for(lambda: browser.text("difference"))
    assert "Steps: 4 before, 3 after, 1 less." in said
    assert "Seed" not in said


def test_settings_are_kept_under_a_name_and_a_picture_becomes_another_in_five(inkcloud, browser):
    browser.open(link_to(inkcloud, "an otter", 3))
    browser.fill("preset_name", "three steps")
    browser.press("preset_save")
    browser.wait_for(lambda: browser.has("preset_use"))
    browser.fill("panel1_steps", "9")
    browser.press("preset_use")
    browser.wait_for(lambda: browser.value("panel1_steps") == "3")
    browser.press("preset_remove")
    browser.wait_for(lambda: not browser.has("preset_use"))

    choose_in_menu(browser, 1, "Five panels from this seed to another")
    browser.wait_for(lambda: browser.has("panel5_frame"))
    browser.settle()
    browser.press("generate")
    browser.wait_for(lambda: len(pictures(browser)) == 5)
    asked = [
        inkcloud.get(f"/endpoints/text2image/generations/{job_of(browser, panel)}")["request"]
        for panel in range(1, 6)
    ]
    assert [each["seed"] for each in asked] == [42] * 5
    assert [each["variation_strength"] for each in asked] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert {each["variation_seed"] for each in asked[1:]} == {43}


def test_several_seeds_are_drawn_in_a_row_and_one_is_kept(inkcloud, browser):
    browser.open(link_to(inkcloud, "an otter", 3))
    fold = ".st-key-panel1_frame [data-testid=stExpander] summary"
    browser.click(fold)
    browser.fill("panel1_images", "3")
    browser.press("panel1_generate")
    browser.wait_for(lambda: browser.has("panel1_keep_seed"))
    assert browser.text("panel1_pick").split()[-3:] == ["42", "43", "44"]
    job = inkcloud.get(f"/endpoints/text2image/generations/{job_of(browser, 1)}")
    assert len({image["sha256"] for image in job["images"]}) == 3

    browser.click(".st-key-panel1_pick button", "44")
    browser.wait_for(lambda: "Keep seed 44 alone" in browser.text("panel1_keep_seed"))
    browser.press("panel1_keep_seed")
    browser.wait_for(lambda: browser.value("panel1_seed") == "44")
    browser.wait_for(lambda: browser.value("panel1_images") == "1")


def test_a_phone_needs_no_sideways_scrolling(inkcloud, browser):
    browser.resize(PHONE)
    browser.open(inkcloud.playground_url)
    assert not browser.scrolls_sideways()
    browser.photograph("playground-phone-start.png", size=PHONE)

    browser.press("generate")
    finish(browser)

    assert not browser.scrolls_sideways()
    browser.photograph("playground-phone.png", size=PHONE)
