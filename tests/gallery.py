"""Take the pictures of every page for the documentation, light and dark, on a desk and a phone.

    PYTHONPATH=tests python tests/gallery.py docs/images/pages

It starts Inkcloud in a folder of its own, draws something on each page, and opens each page's
address again in each form.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from PIL import Image

from support.browser import DESKTOP, PHONE, Browser
from support.running_up import RunningUp, running_up

SCHEMES = ("light", "dark")
TALLEST = {DESKTOP: 1900, PHONE: 2200}
FIRST = {
    "generate": "generate",
    "grid": "grid_draw",
    "denoising": "denoising_run",
    "schedulers": "schedulers_run",
    "lessons": "lesson_run",
}
PLAIN = ("history", "endpoints", "models", "tokens", "sharing")


def draw_everything(browser: Browser, up: RunningUp) -> dict[str, str]:
    """Return the address of each page, with something drawn on the first ones."""
    found = {}
    for name, button in FIRST.items():
        path = "" if name == "generate" else f"/{name}"
        query = "?lesson=guidance" if name == "lessons" else ""
        browser.open(f"{up.playground_url}{path}{query}", until=button)
        browser.settle()
        if name == "schedulers":
            browser.fill("schedulers_steps", "2, 4, 8, 16, 32")
            browser.fill("schedulers_reference", "100")
        if name == "denoising":
            browser.choose("denoising_compared", "K_EULER")
            browser.settle()
        browser.press(button)
        browser.wait_for(lambda: browser.shown("[data-testid=stProgress]"))
        browser.wait_for(lambda shown=name: is_done(browser, shown))
        found[name] = browser.driver.current_url
        print(f"{name}: drawn", file=sys.stderr, flush=True)
    return found | {name: f"{up.playground_url}/{name}" for name in PLAIN}


def is_done(browser: Browser, name: str) -> bool:
    """Say whether what a page draws is all there."""
    browser.settle()
    if name == "generate":
        return len(browser.shown("[data-testid=stDownloadButton]")) == 3
    if name == "denoising":
        return len(browser.shown(".ink-pair")) == 2
    stop = {"grid": "grid_stop", "schedulers": "schedulers_stop", "lessons": "lesson_stop"}
    return "run=" in browser.driver.current_url and not browser.has(stop[name])


def take(browser: Browser, address: str, file: Path, scheme: str, size: tuple[int, int]) -> None:
    """Open an address in one form and write its picture."""
    preference = {"name": "prefers-color-scheme", "value": scheme}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
    browser.resize(size)
    browser.driver.get(address)
    browser.wait_for(lambda: browser.shown("[data-testid=stMain] h1"))
    for _ in range(3):
        browser.settle()
        browser.driver.implicitly_wait(0)
        browser.driver.execute_async_script("setTimeout(arguments[0], 1500)")
    height = browser.driver.execute_script(
        "return document.querySelector('[data-testid=stMain]').scrollHeight"
    )
    browser.resize((size[0], min(max(size[1], height), TALLEST[size])))
    browser.driver.execute_async_script("setTimeout(arguments[0], 800)")
    browser.driver.save_screenshot(str(file))
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(file, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, running_up(Path(name) / "data") as up:
        browser = Browser(Path(name))
        try:
            for page, address in draw_everything(browser, up).items():
                for scheme in SCHEMES:
                    for size in (DESKTOP, PHONE):
                        file = folder / f"{page}-{size[0]}-{scheme}.png"
                        take(browser, address, file, scheme, size)
                print(f"{page}: taken", file=sys.stderr, flush=True)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
