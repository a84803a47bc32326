"""A real Chromium, with the handful of moves that the tests of the page need."""

import contextlib
import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

# Chromium without what only a window needs: a sixth less of the processor for the same tests.
SHELL = "chromium-headless-shell"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# For tests, which open pages anew all the time: the browser takes an eighth less of the processor
# if it never makes their code fast.
NEVER_OPTIMISE = "--js-flags=--no-opt"
PATIENCE = 900  # a hang is told apart from a busy machine by its length only
# Streamlit replaces elements, and disables them while its server is away.
PASSING = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
# In one call: between one element and the next Streamlit may replace what was asked about.
SHOWN = (
    "const shown = [...document.querySelectorAll(arguments[0])].filter(element => {"
    "  const {width, height} = element.getBoundingClientRect();"
    "  return width > 0 && height > 0"
    "    && element.checkVisibility({opacityProperty: true, visibilityProperty: true});"
    "});"
)
ELEMENTS = SHOWN + "return shown;"
TEXTS = SHOWN + (
    "return shown.map(element => (element.innerText ?? element.textContent)"
    r"  .replaceAll('\u00a0', ' ').replace(/\s*\n\s*/g, '\n').trim());"
)
ATTRIBUTES = SHOWN + (
    "const name = arguments[1];"
    "return shown.map(element => element[name] ?? element.getAttribute(name));"
)
LOADED = SHOWN + "return shown.filter(element => element.naturalWidth);"
CLICK_TOO_EARLY = """
const [element] = arguments, send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  WebSocket.prototype.send = send;
  send.call(this, data);
  queueMicrotask(() => {
    for (const end = performance.now() + 3000; performance.now() < end;);
    element.click();
  });
};
"""
OPTIONS = "[role=listbox] [role=option]"
PAGE_LINKS = "[data-testid=stTopNavLink], [data-testid=stSidebarNavLink]"
DESKTOP = (1440, 900)
PHONE = (390, 844)


def chromium() -> str | None:
    """Where Chromium is, if it and its driver are installed."""
    found = (shutil.which(name) for name in (SHELL, "chromium", "chromium-browser"))
    return next(filter(None, found), None) if shutil.which("chromedriver") else None


def start_command(program: str, folder: Path) -> Path:
    """Return a command in a folder that starts Chromium with no window but with a page.

    Without an address the shell opens none, and the driver waits for one.
    """
    shell = Path(program).name == SHELL
    words = [shlex.quote(program), "--headless" if shell else "--headless=new", '"$@"']
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "chromium"
    command.write_text(f"#!/bin/sh\nexec {' '.join(words)}{' about:blank' if shell else ''}\n")
    command.chmod(0o700)
    return command


class Browser:
    """One browser, and in it one window at a time with nothing that an earlier one has left.

    Args:
        folder: for its profile and downloads.
        flags: Chromium's, beside those that it always gets.
    """

    def __init__(self, folder: Path, *flags: str) -> None:
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, *flags, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(flag)
        options.binary_location = str(start_command(chromium() or "chromium", folder))
        service = Service(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.begin(folder)

    def begin(self, folder: Path) -> None:
        """Show a window of the usual size, and download into a folder from now on."""
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True)
        self._keep_downloads()
        self.resize(DESKTOP)

    def _keep_downloads(self) -> None:
        kept = {"behavior": "allow", "downloadPath": str(self.downloads)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", kept)

    def open_second_tab(self, url: str) -> None:
        """Show an address in another tab, and look at that one from now on."""
        self.driver.switch_to.new_window("tab")
        self.driver.get(url)

    def return_to_first_tab(self) -> None:
        """Look at the tab again that was there first."""
        self.driver.switch_to.window(self.driver.window_handles[0])
        self._keep_downloads()  # since there is another tab, they went to the working folder

    def forget(self) -> None:
        """Close all tabs and forget cookies and settings, as a new browser would.

        Cached files stay: to start Chromium and to read the page's code takes seconds.
        """
        origins = set()
        old = self.driver.window_handles
        for window in old:
            self.driver.switch_to.window(window)
            origins.add(self.driver.execute_script("return location.origin"))
        self.driver.switch_to.new_window("tab")
        new = self.driver.current_window_handle
        for window in old:
            self.driver.switch_to.window(window)
            self.driver.close()
        self.driver.switch_to.window(new)
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        for origin in origins - {"null"}:  # a blank page and a file have no storage
            everything = {"origin": origin, "storageTypes": "all"}
            self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
        self.driver.execute_cdp_cmd("Browser.resetPermissions", {})

    def close(self) -> None:
        # Killed, not asked to end: a driver that gets no answer waits for minutes, and nothing of
        # this window is needed any more.
        server = self.driver.service.process
        for process in [*psutil.Process(server.pid).children(recursive=True), server]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        server.wait()

    def resize(self, size: tuple[int, int]) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 500},
        )

    def open(self, url: str, until: str = "generate") -> None:
        self.driver.get(url)
        self.widget(until, "button")

    def wait_for(self, look: Callable[[], Any]) -> Any:
        """Return the first true value, whatever Streamlit does to elements meanwhile."""
        waiting = WebDriverWait(self.driver, PATIENCE, 0.2, ignored_exceptions=PASSING)
        return waiting.until(lambda _: look())

    def read(self, look: Callable[[], Any]) -> Any:
        """Return what is there now, read again if Streamlit replaces elements meanwhile."""
        [found] = self.wait_for(lambda: [look()])
        return found

    def shown(self, selector: str) -> list[WebElement]:
        """Return the elements that can be seen; Streamlit keeps hidden copies for phones."""
        return self.read(lambda: self.driver.execute_script(ELEMENTS, selector))

    def texts(self, selector: str) -> list[str]:
        """Return the texts of the elements that can be seen."""
        return self.read(lambda: self.driver.execute_script(TEXTS, selector))

    def loaded(self, selector: str) -> list[WebElement]:
        """Return the pictures that can be seen and have really been loaded."""
        return self.read(lambda: self.driver.execute_script(LOADED, selector))

    def attributes(self, selector: str, name: str) -> list[str]:
        """Return one attribute of each of the elements that can be seen."""
        return self.read(lambda: self.driver.execute_script(ATTRIBUTES, selector, name))

    def value(self, key: str) -> str:
        """Return what a field holds."""
        return self.read(lambda: self.widget(key, "input").get_attribute("value"))

    def widget(self, key: str, tag: str) -> WebElement:
        return self.wait_for(lambda: next(iter(self.shown(f".st-key-{key} {tag}")), None))

    def has(self, key: str) -> bool:
        return bool(self.shown(f".st-key-{key}"))

    def press(self, key: str) -> None:
        """Press a button by its key."""
        self.click(f".st-key-{key} button")

    def click(self, selector: str, text: str = "") -> None:
        """Click the first element that is there, enabled, and ends with a text."""

        def clicked() -> bool:
            found = (e for e in self.shown(selector) if e.is_enabled() and e.text.endswith(text))
            element = next(found, None)
            if element is None:
                return False
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            return True

        self.wait_for(clicked)

    def click_too_early(self, selector: str) -> None:
        """Click the first such element when the page's server has answered what is sent next.

        The page, which is kept busy until then, has not seen the answer.
        """
        # A box's own element cannot be seen.
        element = self.read(lambda: self.driver.find_element(By.CSS_SELECTOR, selector))
        self.driver.execute_script(CLICK_TOO_EARLY, element)

    def fill(self, key: str, text: str) -> None:
        self._send(key, "input", "\ue009a\ue000", text, "\ue007")  # Control-A, the text, Enter
        self.wait_for(lambda: self.value(key) == text)
        self.settle()

    def type(self, key: str, text: str, tag: str = "input") -> None:
        """Fill a field of a form, without Enter, which would send the form."""
        self._send(key, tag, "\ue009a\ue000", text, "\ue004")  # Control-A, the text, Tab
        self.wait_for(lambda: self.widget(key, tag).get_attribute("value") == text)

    def choose(self, key: str, text: str) -> None:
        """Choose the first entry of a list that begins with a text, and see that it is chosen.

        As a person would: a list that closes while the page is drawn anew is opened again.
        """
        pressed = ""

        def chosen() -> bool:
            nonlocal pressed
            listed = self.shown(OPTIONS)
            if pressed and not listed and self.value(key) == pressed:
                return True
            field = self.widget(key, "input")
            if not listed and field.is_enabled():
                field.send_keys("\ue009a\ue000", text)  # Control-A, the text
            entry = next((entry for entry in listed if entry.text.startswith(text)), None)
            if entry is not None:
                name = entry.text
                entry.click()
                pressed = name
            return False

        self.wait_for(chosen)

    def _send(self, key: str, tag: str, *keys: str) -> None:
        """Type into a widget as soon as it takes what is typed."""

        def sent() -> bool:
            field = self.widget(key, tag)
            if field.is_enabled():
                field.send_keys(*keys)
                return True
            return False

        self.wait_for(sent)

    def follow_link(self, text: str) -> None:
        """Go to another page by its link at the top."""

        def followed() -> bool:
            links = [link for link in self.shown(PAGE_LINKS) if link.text.endswith(text)]
            if links:
                links[0].click()
                return True
            for menu in self.shown("[data-testid=stExpandSidebarButton]"):  # on a phone
                menu.click()
            return False

        self.wait_for(followed)

    def settle(self) -> None:
        """Wait until Streamlit's script has run."""
        self.wait_for(
            lambda: (
                not self.driver.find_elements(
                    By.CSS_SELECTOR, "[data-testid=stApp][data-test-script-state=running]"
                )
            )
        )

    def text(self, key: str) -> str:
        return "\n".join(self.texts(f".st-key-{key}"))

    def copied(self, key: str) -> str:
        """Press a code block's copy button and return what is then in the clipboard."""
        allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        self.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": allowed})
        selector = f".st-key-{key} [data-testid=stCode] button"
        button = self.wait_for(
            lambda: next(iter(self.driver.find_elements(By.CSS_SELECTOR, selector)), None)
        )
        self.driver.execute_script("arguments[0].click()", button)
        read = "const done = arguments[0]; navigator.clipboard.readText().then(done, done)"
        return str(self.driver.execute_async_script(read))

    def scrolls_sideways(self) -> bool:
        return self.driver.execute_script(
            "const main = document.querySelector('[data-testid=stMain]');"
            "return Math.max(document.documentElement.scrollWidth, main.scrollWidth)"
            " > window.innerWidth"
        )

    def photograph(self, name: str, *, size: tuple[int, int], whole: bool = False) -> None:
        """Write a screenshot to the folder that SCREENSHOTS names, if it names one."""
        folder = os.environ.get("SCREENSHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        height = size[1]
        if whole:
            height = self.driver.execute_script(
                "return document.querySelector('[data-testid=stMain]').scrollHeight"
            )
        self.resize((size[0], height))
        self.driver.execute_script(
            "document.activeElement.blur();"
            "document.querySelector('[data-testid=stMain]').scrollTo(0, 0)"
        )
        self.settle()
        self.driver.save_screenshot(str(Path(folder) / name))
        self.resize(size)
