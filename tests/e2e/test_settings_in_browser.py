"""What the page Generate says of settings before they are drawn, and what it keeps of them."""

import io
import urllib.parse

import pytest
from PIL import Image

from support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def says(browser, key: str, text: str) -> None:
    browser.wait_for(lambda: text in browser.text(key))


def page_says(browser, text: str) -> None:
    browser.wait_for(lambda: text in browser.driver.page_source)


def jobs_in_address(browser) -> list[str]:
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(browser.driver.current_url).query))
    return [query[name] for name in ("panel1", "panel2") if name in query]


def least_strength_and_then(browser, *strengths: str) -> None:
    """Go to the least strength of panel 1 by keyboard, and from there up until each is shown."""
    selector = ".st-key-panel1_strength input"
    browser.wait_for(lambda: browser.driver.find_elements("css selector", selector))
    for key, shown in zip("\ue011" + "\ue014" * len(strengths), ("0.05", *strengths), strict=True):
        browser.driver.find_element("css selector", selector).send_keys(key)
        says(browser, "panel1_strength", shown)


def test_what_settings_will_do_is_said_before_they_are_drawn_and_kept_through_a_reload(
    inkcloud, browser
):
    browser.open(inkcloud.playground_url)
    assert "How long they take" in browser.text("run_status")  # nothing was drawn here yet
    browser.fill("panel2_steps", "3")
    browser.press("panel2_generate")
    says(browser, "panel2_frame", "Download PNG")
    says(browser, "run_status", "on this machine")
    says(browser, "panel1_frame", "Takes ")

    browser.fill("panel1_steps", "2")
    says(browser, "panel1_frame", "Costs 2 model calls of two rows each")
    says(browser, "panel1_frame", "first impression rather than a picture")
    says(browser, "panel1_frame", "Steps differs")
    browser.choose("panel1_scheduler", "PNDM")
    browser.fill("panel1_steps", "12")
    says(browser, "panel1_frame", "13 calls for 12 steps")

    browser.fill("prompt", "an octopus " + "in a very deep sea " * 12 + "playing chess")
    page_says(browser, "words of the prompt are not read, as it is too long for this model")
    browser.press("add_panel")
    browser.wait_for(lambda: browser.has("panel4_frame"))
    browser.fill("panel4_seed", "99")
    page_says(browser, " / 99")

    browser.settle()  # the address is told at the end of the script
    browser.driver.refresh()
    browser.wait_for(lambda: browser.has("panel4_frame"))
    browser.wait_for(lambda: browser.value("panel4_seed") == "99")
    assert browser.value("prompt").endswith("playing chess")
    assert [browser.value(f"panel{i}_steps") for i in (1, 2)] == ["12", "3"]
    page_says(browser, "words of the prompt are not read, as it is too long for this model")


def test_a_press_shows_itself_while_the_pages_server_does_nothing(inkcloud, browser):
    find = (
        "const hosts = [...document.querySelectorAll('.st-key-run_status *')];"
        "const echo = hosts.map(e => e.shadowRoot?.querySelector('.echo')).find(e => e);"
        "return Boolean(echo && echo.checkVisibility() && echo.textContent.includes('Sending'))"
    )
    browser.open(inkcloud.playground_url)
    for panel in (1, 2, 3):
        browser.fill(f"panel{panel}_steps", "5")
    assert not browser.driver.execute_script(find)

    server = inkcloud.child("playground_child")
    server.suspend()
    try:
        browser.driver.execute_script("document.querySelector('.st-key-generate button').click()")
        browser.wait_for(lambda: browser.driver.execute_script(find))
        assert not jobs_in_address(browser)
    finally:
        server.resume()
    for panel in (1, 2, 3):
        says(browser, f"panel{panel}_frame", "Download PNG")
    assert not browser.driver.execute_script(find)


def test_panels_begin_as_a_picture_each_with_its_own_strength(inkcloud, browser, tmp_path):
    file = tmp_path / "start.png"
    Image.radial_gradient("L").convert("RGB").resize((128, 128)).save(file)
    browser.open(inkcloud.playground_url)
    browser.wait_for(
        lambda: browser.driver.find_elements("css selector", ".st-key-start_file input[type=file]")
    )[0].send_keys(str(file))
    says(browser, "start_picture", "All panels begin as this picture of 128 × 128 pixels")
    for panel, steps in ((1, "10"), (2, "5"), (3, "5")):
        browser.fill(f"panel{panel}_steps", steps)
    least_strength_and_then(browser, "0.10", "0.15", "0.20", "0.25", "0.30")
    says(browser, "panel1_frame", "3 of the 10 steps are made")

    browser.press("generate")
    for panel in (1, 2, 3):
        says(browser, f"panel{panel}_frame", "Download PNG")
    browser.settle()
    asked = [
        inkcloud.get(f"/endpoints/text2image/generations/{job}")["request"]
        for job in jobs_in_address(browser)
    ]
    assert asked[0]["strength"] == pytest.approx(0.3)
    assert asked[1]["strength"] != asked[0]["strength"]
    assert asked[0]["image"]["sha256"] == asked[1]["image"]["sha256"]
    for size in (DESKTOP, PHONE):
        browser.resize(size)
        browser.settle()
        assert not browser.scrolls_sideways()
        browser.photograph(f"start-picture-{size[0]}.png", size=size, whole=True)
    browser.resize(DESKTOP)

    # The history knows the picture, so a reload finds it again.
    browser.driver.refresh()
    says(browser, "start_picture", "All panels begin as this picture of 128 × 128 pixels")
    says(browser, "panel1_strength", "0.30")
    browser.press("start_remove")
    browser.wait_for(lambda: not browser.has("panel1_strength"))
    browser.press("panel1_download")
    drawn = browser.wait_for(lambda: next(iter(browser.downloads.glob("*.png")), None))
    assert Image.open(io.BytesIO(drawn.read_bytes())).size == (128, 128)
