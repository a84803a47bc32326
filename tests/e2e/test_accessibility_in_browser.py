"""axe-core on every page in a real Chromium: light and dark, on a desk and on a phone."""

import pytest

from support.axe import grave_issues
from support.browser import DESKTOP, PAGE_LINKS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCHEMES = ("light", "dark")
BACKGROUND = (
    "return getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
)
PALE = "<p id='pale' style='color: #aaa; background: #fff'>Pale</p><img src='data:,'>"


def turn(browser, scheme: str, size: tuple[int, int]) -> None:
    """Show the page in a scheme and a width, as high as it is: axe passes over what is hidden."""
    preference = {"name": "prefers-color-scheme", "value": scheme}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
    browser.resize(size)
    browser.wait_for(lambda: is_dark(browser) == (scheme == "dark"))
    browser.settle()
    height = browser.driver.execute_script(
        "return document.querySelector('[data-testid=stMain]').scrollHeight"
    )
    browser.resize((size[0], max(size[1], height)))


def is_dark(browser) -> bool:
    colour = browser.driver.execute_script(BACKGROUND)
    return sum(int(part) for part in colour[4:-1].split(",")[:3]) < 384


def issues(browser) -> list[str]:
    found = []
    for scheme in SCHEMES:
        for size in (DESKTOP, PHONE):
            turn(browser, scheme, size)
            found += [
                f"{scheme}, {size[0]} pixels: {issue}" for issue in grave_issues(browser.driver)
            ]
    browser.resize(DESKTOP)
    return found


def test_no_page_has_a_serious_or_critical_issue(inkcloud, browser):
    browser.driver.get(inkcloud.playground_url)
    links = browser.wait_for(lambda: browser.shown(PAGE_LINKS))
    pages = [link.get_attribute("href") for link in links]
    assert len(pages) >= 5

    found = []
    for page in pages:
        browser.driver.get(page)
        browser.wait_for(lambda: browser.shown("h1"))
        browser.settle()
        found += [f"{page}: {issue}" for issue in issues(browser)]

    assert not found, "\n".join(found)


def test_the_test_above_would_find_an_issue(inkcloud, browser):
    browser.driver.get(inkcloud.playground_url + "/sharing")
    browser.wait_for(lambda: browser.shown("h1"))
    add = "document.querySelector('h1').insertAdjacentHTML('afterend', arguments[0])"
    browser.driver.execute_script(add, PALE)

    found = " ".join(grave_issues(browser.driver))

    assert "color-contrast" in found
    assert "image-alt" in found
