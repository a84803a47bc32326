"""The browser's Back and Forward on the pages that keep what they show in their address."""

import pytest

from support.browser import DESKTOP
from support.cells_page import enter_cell

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def headings(browser) -> list[str]:
    return browser.texts("h1, h2, h3")


def chosen_lessons(browser) -> list[str]:
    checked = "[...document.querySelectorAll('.st-key-lesson_choice :checked')]"
    script = f"return {checked}.map((each) => each.closest('label').textContent)"
    return browser.driver.execute_script(script)


def back_to(browser, page: str, seen) -> None:
    """Go back, and see that the page stays at the address to which that led."""
    browser.settle()  # a page is drawn before its address says what it shows
    browser.driver.back()
    browser.wait_for(seen)
    address = browser.driver.current_url
    browser.settle()
    assert browser.driver.current_url == address
    assert page in address


def test_back_leads_through_the_lessons_the_other_way_and_off_the_page(inkcloud, browser):
    browser.open(inkcloud.playground_url + "/history", until="history_draw")
    browser.open(inkcloud.playground_url + "/lessons", until="lesson_go_on")
    browser.settle()  # who presses before that leaves no step to go back to
    browser.press("lesson_go_on")
    browser.wait_for(lambda: "Negative prompt" in headings(browser))
    browser.settle()
    heading = browser.driver.switch_to.active_element
    assert heading.text == "Negative prompt"
    assert 0 < heading.location["y"] < DESKTOP[1] / 2
    browser.press("lesson_run")
    browser.wait_for(lambda: "What it measured" in headings(browser))
    browser.press("lesson_go_on")
    browser.wait_for(lambda: "Steps" in headings(browser))

    browser.driver.back()  # at once: what has a heading has its address
    # What is left of the page before may still be seen beside that heading.
    browser.wait_for(lambda: chosen_lessons(browser) == ["Negative prompt"])
    browser.settle()
    assert "lesson=negative" in browser.driver.current_url
    assert "What it measured" in headings(browser)
    assert chosen_lessons(browser) == ["Negative prompt"]
    back_to(browser, "lesson=negative", lambda: "What it measured" not in headings(browser))
    back_to(browser, "lesson=diffusion", lambda: "How diffusion works" in headings(browser))
    browser.driver.forward()
    browser.wait_for(lambda: "Negative prompt" in headings(browser))
    browser.settle()
    browser.driver.back()
    browser.wait_for(lambda: "How diffusion works" in headings(browser))
    browser.settle()
    browser.driver.back()  # to the address without a lesson
    browser.driver.back()
    browser.wait_for(lambda: headings(browser) == ["History"])


def test_back_closes_a_cell_and_leads_off_the_grid(inkcloud, browser):
    browser.open(inkcloud.playground_url + "/grid", until="grid_draw")
    browser.fill("grid_values_across_steps", "2, 3")
    browser.press("grid_draw")
    browser.wait_for(lambda: "6 of 6 cells" in browser.text("grid_result"))
    enter_cell(browser, 4)
    browser.wait_for(lambda: browser.has("grid_opened"))

    back_to(browser, "run=", lambda: not browser.has("grid_opened"))
    back_to(browser, "/grid", lambda: not browser.has("grid_result"))
    browser.driver.forward()
    browser.wait_for(lambda: "6 of 6 cells" in browser.text("grid_result"))


def test_back_leads_off_an_endpoint_whichever_view_was_chosen(inkcloud, browser):
    browser.open(inkcloud.playground_url + "/endpoints", until="open_text2image")
    browser.press("open_text2image")
    browser.wait_for(lambda: browser.has("try_send"))
    for name, seen in (("Settings", "save_settings"), ("Connect", "endpoint_url")):
        browser.click(".st-key-view button", name)
        browser.wait_for(lambda seen=seen: browser.has(seen))
    browser.driver.refresh()
    browser.wait_for(lambda: browser.has("endpoint_url"))
    assert "view=Connect" in browser.driver.current_url

    back_to(browser, "/endpoints", lambda: browser.has("open_text2image"))
    browser.driver.forward()
    browser.wait_for(lambda: browser.has("endpoint_url"))


def test_back_shows_the_run_before_on_denoising(inkcloud, browser):
    browser.open(inkcloud.playground_url + "/denoising", until="denoising_run")
    for steps in ("4", "3"):
        browser.fill("denoising_steps", steps)
        browser.press("denoising_run")
        browser.wait_for(lambda s=steps: browser.has(f"denoising_frame_of_{s}"))

    back_to(browser, "first=", lambda: browser.has("denoising_frame_of_4"))
    back_to(browser, "/denoising", lambda: not browser.has("denoising_frame_of_4"))
