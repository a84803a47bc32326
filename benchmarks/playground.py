"""How soon the page Generate is there, and how soon a click shows that something happens.

    python benchmarks/playground.py [--rounds 5]

It starts `inkcloud up` without its playground, and for each round a page server as `inkcloud up`
starts it, opens the page in a headless Chromium that is running already, and clicks Generate
twice. The times are taken inside the browser, so asking the browser does not lengthen them.
Chromium and its driver must be installed.

- server: from the start of the page server's process until it answers.
- first paint: from the start of the process until the browser has painted the page's title.
- usable: from the start of the process until Generate can be pressed.
- click to sending: from the click until "Sending…" is painted, which the browser does by itself
  (`playground/press_echo.py`), for the first click on a page and for the second.
- click to progress: from the click until a progress bar of the server's answer says more than
  "Ready.", for the same clicks.
- click to pictures: from the click until the last of the three panels shows its picture, drawn on
  the same cores with what `inkcloud up` prepared.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.browser import Browser
from support.running_up import running_up

PATIENCE = 120
# Milliseconds since 1970 at which a title, and then a button that can be pressed, were painted.
WATCH = """
window.inkSeen = {};
const look = () => {
  const title = document.querySelector('h1');
  const button = document.querySelector('.st-key-generate button:enabled');
  requestAnimationFrame(() => {
    if (title && !inkSeen.title) inkSeen.title = Date.now();
    if (button && !inkSeen.button) inkSeen.button = Date.now();
  });
};
new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
"""
CLICK = """
const done = arguments[0], began = window.inkClicked = performance.now();
const bars = () => [...document.querySelectorAll('[data-testid=stProgress]')];
const seen = () => bars().some((bar) => !bar.textContent.includes('Ready'));
const hosts = [...document.querySelectorAll('.st-key-run_status *')];
const echo = hosts.map((e) => e.shadowRoot?.querySelector('.echo')).find((e) => e);
let sending = NaN;
const watcher = new MutationObserver(() => {
  if (seen()) {
    watcher.disconnect();
    requestAnimationFrame(() => done([sending, performance.now() - began]));
  }
});
watcher.observe(document.body, {subtree: true, childList: true});
document.querySelector('.st-key-generate button').click();
// A frame is drawn after the first callback; the second one comes when it was.
requestAnimationFrame(() => requestAnimationFrame(() => {
  if (echo.checkVisibility() && echo.textContent.includes('Sending'))
    sending = performance.now() - began;
}));
"""

# The button is disabled while anything is drawn.
DRAWN = """
const done = arguments[0];
const pictures = () => [1, 2, 3].every(
  (panel) => document.querySelector(`.st-key-panel${panel}_frame img`)?.naturalWidth);
const timer = setInterval(() => {
  if (!document.querySelector('.st-key-generate button:enabled') || !pictures()) return;
  clearInterval(timer);
  requestAnimationFrame(() => done(performance.now() - window.inkClicked));
}, 50);
"""


def main() -> None:
    options = _options()
    figures: dict[str, list[float]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_up(Path(folder) / "data", "--prepare", "--no-playground") as up,
    ):
        for round_ in range(options.rounds):
            browser = Browser(Path(folder) / f"browser{round_}")
            try:
                _measure(up, browser, figures)
            finally:
                browser.close()
    _report(figures)


def _measure(up, browser: Browser, figures: dict[str, list[float]]) -> None:  # noqa: ANN001
    browser.driver.get("about:blank")
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    with _page_server(up) as (url, began):
        _note(figures, "server", time.time() - began)
        browser.open(url)
        seen = browser.wait_for(lambda: _seen(browser))
        _note(figures, "first paint", seen["title"] / 1000 - began)
        _note(figures, "usable", seen["button"] / 1000 - began)
        for name in ("first click", "second click"):
            browser.settle()
            time.sleep(1)
            browser.driver.set_script_timeout(PATIENCE)
            sending, progress = browser.driver.execute_async_script(CLICK)
            _note(figures, f"{name} to sending", sending / 1000)
            _note(figures, f"{name} to progress", progress / 1000)
            drawn = browser.driver.execute_async_script(DRAWN)
            _note(figures, f"{name} to pictures", drawn / 1000)


def _seen(browser: Browser) -> dict[str, float] | None:
    seen = browser.driver.execute_script("return window.inkSeen")
    return seen if "title" in seen and "button" in seen else None


@contextmanager
def _page_server(up) -> Iterator[tuple[str, float]]:  # noqa: ANN001
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "inkcloud.bootstrap.playground_child", "--port", str(port)]
    settings = {"INKCLOUD_URL": up.url, "INKCLOUD_TOKEN": up.token}
    began = time.time()
    process = subprocess.Popen(
        command,
        env=os.environ | settings,
        stdin=subprocess.PIPE,  # the server ends when this closes
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx2.Client(trust_env=False) as client:
            while not _answers(client, url):
                if time.time() - began > PATIENCE:
                    raise TimeoutError(url)
                time.sleep(0.02)
        yield url, began
    finally:
        process.terminate()
        process.wait()


def _answers(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/_stcore/health").is_success
    except httpx2.TransportError:
        return False


def _note(figures: dict[str, list[float]], name: str, seconds: float) -> None:
    figures.setdefault(name, []).append(seconds)
    print(f"{name}: {seconds:.3f} s", flush=True)


def _report(figures: dict[str, list[float]]) -> None:
    print("\n| from, until | median, s | least, s | most, s |\n|---|---|---|---|")
    for name, values in figures.items():
        middle = statistics.median(values)
        print(f"| {name} | {middle:.2f} | {min(values):.2f} | {max(values):.2f} |")
    print(f"\nload at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
