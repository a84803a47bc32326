"""The page Denoising in a real Chromium against the whole of Inkcloud.

With SCREENSHOTS=docs/images the tests also write the pictures of the documentation.
"""

import urllib.parse

import pytest

from support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RIGHT, HOME, END = "\ue014", "\ue011", "\ue010"
PAIRS = ".ink-pair"
STEPS = 10


def open_page(browser, inkcloud, query: str = "") -> None:
    browser.open(f"{inkcloud.playground_url}/denoising{query}", until="denoising_run")
    browser.settle()


def query_of(browser) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlparse(browser.driver.current_url).query))


def keys_to_slider(browser, keys: str) -> None:
    selector = f".st-key-denoising_frame_of_{STEPS} input"
    for key in keys:
        browser.driver.find_element("css selector", selector).send_keys(key)
        browser.settle()


def told(browser) -> list[str]:
    texts = browser.texts("[data-testid=stMarkdownContainer] p")
    return [text for text in texts if text.startswith("Step ") and "Noise level" in text]


def wait_until_told(browser, words: str) -> None:
    browser.wait_for(lambda: any(words in text for text in told(browser)[:1]))


def pictures(browser) -> list[str]:
    return browser.attributes(f"{PAIRS} img", "src")


def new_pictures(browser, seen: list[str]) -> list[str]:
    """Return the two pairs as soon as all is new; the pictures are replaced one after another."""

    def replaced() -> list[str]:
        now = pictures(browser)
        return now if len(now) == 4 and set(now).isdisjoint(seen) else []

    return browser.wait_for(replaced)


def alts(browser) -> list[str]:
    return browser.attributes(f"{PAIRS} img", "alt")


def test_a_run_is_gone_through_by_keyboard_compared_and_found_again(inkcloud, browser):
    open_page(browser, inkcloud)
    assert "Press Run" in browser.driver.page_source.replace("<strong>", "").replace(
        "</strong>", ""
    )
    browser.choose("denoising_compared", "PNDM")
    browser.settle()
    browser.fill("denoising_steps", str(STEPS))
    browser.press("denoising_run")
    browser.wait_for(lambda: len(browser.shown(PAIRS)) == 2)
    browser.settle()

    # Every step by the keyboard alone, and the words and pictures follow.
    seen = pictures(browser)
    wait_until_told(browser, f"Step 1 of {STEPS}.")
    keys_to_slider(browser, RIGHT)
    wait_until_told(browser, f"Step 2 of {STEPS}.")
    seen += new_pictures(browser, seen)
    keys_to_slider(browser, END)
    wait_until_told(browser, "This is the last prediction.")
    compared = f"Step {STEPS} of {STEPS}, model call {STEPS + 1} of {STEPS + 1}."
    browser.wait_for(lambda: compared in told(browser)[1])  # drawn after the first one's
    new_pictures(browser, seen)
    assert f"step {STEPS} of {STEPS}" in alts(browser)[1]
    assert browser.shown("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")

    # The page's address is enough for a reload and for a second tab.
    query = query_of(browser)
    assert set(query) == {"first", "second"}
    keys_to_slider(browser, HOME + RIGHT + RIGHT)
    wait_until_told(browser, f"Step 3 of {STEPS}.")
    browser.photograph("denoising.png", size=DESKTOP, whole=True)
    browser.driver.refresh()
    browser.wait_for(lambda: len(browser.shown(PAIRS)) == 2)
    assert query_of(browser) == query
    assert browser.value("denoising_steps") == str(STEPS)

    # At phone width the result stands above the settings and nothing is cut off.
    browser.resize(PHONE)
    browser.settle()
    assert not browser.scrolls_sideways()
    slider, seed = (
        browser.read(lambda key=key: browser.shown(f".st-key-{key}")[0].rect["y"])
        for key in (f"denoising_frame_of_{STEPS}", "denoising_seed")
    )
    assert slider < seed
    browser.photograph("denoising-phone.png", size=PHONE, whole=True)
    browser.resize(DESKTOP)

    # The animation moves only while its switch is on.
    assert not browser.driver.find_elements("css selector", 'img[src^="data:image/gif"]')
    browser.click(".st-key-denoising_playing label")
    browser.wait_for(lambda: browser.shown('img[src^="data:image/gif"]'))
    assert browser.has("denoising_download")

    # The same settings open in the playground, one panel for each scheduler.
    browser.click("[data-testid=stPageLink] a")
    browser.wait_for(lambda: browser.has("panel2_frame"))
    browser.settle()
    assert browser.value("panel1_steps") == str(STEPS)


def test_a_run_is_cancelled_and_leaves_nothing(inkcloud, browser):
    open_page(browser, inkcloud)
    browser.fill("denoising_steps", "400")
    browser.press("denoising_run")
    job = browser.wait_for(lambda: query_of(browser).get("first"))
    browser.wait_for(lambda: browser.shown("[data-testid=stProgress]"))

    browser.press("denoising_cancel")

    browser.wait_for(lambda: "Nothing of it is kept" in browser.driver.page_source)
    ended = inkcloud.get(f"/endpoints/text2image/generations/{job}")
    assert ended["state"] == "cancelled"
    assert "frames" not in ended["links"]
    assert not browser.shown(PAIRS)
    assert browser.widget("denoising_run", "button").is_enabled()
