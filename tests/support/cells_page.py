"""What the browser tests of the page Grid do with its table, which lies in a shadow root.

Each look is one script: the table may be drawn anew at any moment between two.
"""

from typing import Any

from selenium.common.exceptions import WebDriverException

from support.browser import Browser

_FIND = """
const roots = [...document.querySelectorAll('[class*="st-key-grid_table"] *')]
  .filter((host) => host.shadowRoot && host.shadowRoot.querySelector('.box'));
const box = roots.length ? roots.at(-1).shadowRoot.querySelector('.box') : null;
const all = (selector) => box ? [...box.querySelectorAll(selector)] : [];
"""


def _look(browser: Browser, script: str, *arguments: Any) -> Any:
    return browser.driver.execute_script(_FIND + script, *arguments)


def cell_texts(browser: Browser) -> list[str]:
    """Return the texts of the cells that the table shows; "" where there is a picture."""
    found: list[str] = _look(browser, "return all('button').map((each) => each.textContent)")
    return found


def pictures(browser: Browser) -> int:
    """Return how many pictures of the table have really been loaded."""
    return int(_look(browser, "return all('img').filter((each) => each.naturalWidth).length"))


def headers(browser: Browser) -> list[str]:
    """Return the texts of the table's headers."""
    found: list[str] = _look(browser, "return all('th').map((each) => each.textContent)")
    return [text.replace("\u200b", "") for text in found]


def box_scrolls(browser: Browser) -> bool:
    """Say whether the table is wider than its own box."""
    return bool(_look(browser, "return box !== null && box.scrollWidth > box.clientWidth"))


def enter_cell(browser: Browser, number: int) -> None:
    """Open a cell by the keyboard: focus its button and press Enter."""

    def entered() -> bool:
        button = _look(browser, "return all('button')[arguments[0]] || null", number)
        try:
            if button is not None:
                button.send_keys("\ue007")
        except WebDriverException:  # it was drawn anew in this very moment
            return False
        return button is not None

    browser.wait_for(entered)
