"""axe-core in the page that a browser shows."""

import json
from importlib.resources import files
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver

GRAVE = ("serious", "critical")
_RUN = """
const done = arguments[0];
axe.run(document, {resultTypes: ['violations']}).then(
  found => done(found.violations), error => done(String(error)));
"""


def grave_issues(driver: WebDriver) -> list[str]:
    """Return what axe-core finds serious or critical, a line for each element."""
    if not driver.execute_script("return typeof axe === 'object'"):
        driver.execute_script(_source())
    found: Any = driver.execute_async_script(_RUN)
    if isinstance(found, str):
        raise TypeError(found)
    return [
        f"{rule['id']}: {rule['help']}: {' '.join(map(str, node['target']))}: "
        f"{node['html'][:300]}: {json.dumps([c.get('data') for c in node['any']])[:400]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
