"""What the browser tests of the page Grid do with its table, which lies in a shadow root."""

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from support.browser import Browser

_TABLE = """
for (const host of document.querySelectorAll('[class*="st-key-grid_table"] *'))
  if (host.shadowRoot && host.shadowRoot.querySelector('.box')) return host.shadowRoot;
return null;
"""


def buttons(browser: Browser) -> list[WebElement]:
    """Return the buttons of the cells that the table shows."""
    root = browser.driver.execute_script(_TABLE)
    return root.find_elements(By.CSS_SELECTOR, "button") if root else []


def pictures(browser: Browser) -> list[WebElement]:
    """Return the pictures in the table that have really been loaded."""
    root = browser.driver.execute_script(_TABLE)
    images = root.find_elements(By.CSS_SELECTOR, "img") if root else []
    return [
        i for i in images if browser.driver.execute_script("return arguments[0].naturalWidth", i)
    ]


def headers(browser: Browser) -> list[str]:
    """Return the texts of the table's headers."""
    root = browser.driver.execute_script(_TABLE)
    found = root.find_elements(By.CSS_SELECTOR, "th") if root else []
    return [each.text.replace("\u200b", "") for each in found]


def box_scrolls(browser: Browser) -> bool:
    """Say whether the table is wider than its own box."""
    script = _TABLE.replace(
        "return host.shadowRoot;", "return host.shadowRoot.querySelector('.box');"
    )
    box = browser.driver.execute_script(script)
    return bool(
        browser.driver.execute_script(
            "return arguments[0].scrollWidth > arguments[0].clientWidth", box
        )
    )
