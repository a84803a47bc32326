"""The console in a real Chromium against the whole of Inkcloud.

With SCREENSHOTS=docs/images the tests also write the pictures of the documentation.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import httpx2
import pytest

from inkcloud.playground.console.answer import look_through
from support.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOKEN = re.compile(r"ink_\w+")
# The phone last: the walk goes on there, where less room makes it harder.
WIDTHS = {"desktop": DESKTOP, "phone": PHONE}


def endpoints(inkcloud) -> set[str]:
    return {endpoint["name"] for endpoint in inkcloud.get("/endpoints")}


def pictures(browser, key: str = "answer") -> list:
    """The pictures there that have really been loaded."""
    return browser.loaded(f".st-key-{key} [data-testid=stImage] img")


def run_snippet(code: str, language: str, token: str) -> str:
    command = {
        "curl": ["bash", "-c", code],
        "python": [sys.executable, "-c", code],
        "javascript": ["node", "--input-type=module", "-e", code],
    }[language]
    environment = {**os.environ, "INKCLOUD_TOKEN": token, "NO_PROXY": "*", "no_proxy": "*"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr + done.stdout[:1000]
    return done.stdout


def view(browser, name: str) -> None:
    browser.click(".st-key-view button", name)
    browser.wait_for(lambda: f"view={name}" in browser.driver.current_url)
    browser.settle()


def look(browser, name: str) -> None:
    """See the page on a desk and on a phone, and photograph it there."""
    for width, size in WIDTHS.items():
        browser.resize(size)
        browser.wait_for(lambda: not browser.scrolls_sideways())
        browser.photograph(f"console-{name}-{width}.png", size=size, whole=True)


def test_from_an_empty_service_to_a_running_snippet_and_back(inkcloud, browser):
    for name in endpoints(inkcloud):
        inkcloud.ask("DELETE", f"/endpoints/{name}")
    browser.driver.get(inkcloud.playground_url + "/endpoints")
    browser.wait_for(lambda: "There is no endpoint yet" in browser.text("no_endpoints"))
    look(browser, "empty")

    browser.press("choose_text-to-image")
    browser.widget("start_temporary", "button")
    look(browser, "template")
    browser.type("clone_name", "pictures")
    browser.type("clone_min_replicas", "1")
    browser.press("clone_button")
    browser.wait_for(lambda: "Starting" in browser.text("state"))
    look(browser, "starting")
    browser.wait_for(lambda: "Running" in browser.text("state"))

    browser.widget("try_pictures_infer_scheduler_choice", "input")
    browser.type("try_pictures_infer_prompt_text", "a red apple")
    browser.press("try_send")
    browser.wait_for(lambda: pictures(browser))
    look(browser, "answer")
    browser.driver.refresh()
    browser.wait_for(lambda: pictures(browser))
    prompt = browser.widget("try_pictures_infer_prompt_text", "input")
    assert prompt.get_attribute("value") == "a red apple"

    view(browser, "Connect")
    browser.press("make_token")
    browser.wait_for(lambda: browser.has("fresh_token"))
    look(browser, "connect")
    token = browser.wait_for(lambda: TOKEN.search(browser.text("fresh_token")))[0]
    assert browser.copied("endpoint_url") == f"{inkcloud.url}/endpoints/pictures"
    answer = json.loads(run_snippet(browser.copied("snippet_curl"), "curl", token))
    assert look_through(answer).pictures
    assert httpx2.post(f"{inkcloud.url}/endpoints/pictures/infer", json={}).status_code == 401
    assert token not in browser.driver.current_url

    view(browser, "Activity")
    browser.wait_for(lambda: "ready" in browser.text("events"))
    browser.wait_for(lambda: browser.text("logs"))
    browser.wait_for(lambda: len(browser.shown("[data-testid=stVegaLiteChart]")) == 4)
    look(browser, "activity")

    view(browser, "Settings")
    browser.press("delete_endpoint")
    browser.widget("confirm_delete", "button")
    look(browser, "delete")
    assert endpoints(inkcloud) == {"pictures"}
    browser.press("confirm_delete")
    browser.wait_for(lambda: "There is no endpoint yet" in browser.text("no_endpoints"))
    assert endpoints(inkcloud) == set()


def test_a_template_is_tried_before_it_is_cloned_and_every_snippet_runs(inkcloud, browser):
    browser.driver.get(inkcloud.playground_url + "/endpoints?template=hello-world")
    browser.press("start_temporary")
    browser.widget("try_send", "button")
    assert inkcloud.get("/endpoints/try-hello-world")["state"] == "idle"

    browser.press("try_send")
    browser.wait_for(lambda: "Ada" in browser.text("answer"))

    browser.driver.get(inkcloud.playground_url + "/endpoints?endpoint=try-hello-world&view=Connect")
    browser.press("make_token")
    browser.wait_for(lambda: browser.has("fresh_token"))
    token = browser.wait_for(lambda: TOKEN.search(browser.text("fresh_token")))[0]
    languages = {"python": "Python"}
    if shutil.which("node"):
        languages["javascript"] = "JavaScript"
    for language, name in languages.items():
        browser.click("[role=tab]", name)
        browser.wait_for(lambda language=language: browser.text(f"snippet_{language}"))
        code = browser.copied(f"snippet_{language}")
        assert "Ada" in run_snippet(code, language, token)
    inkcloud.ask("DELETE", "/endpoints/try-hello-world")


def test_a_token_is_made_and_revoked(inkcloud, browser):
    browser.resize(PHONE)
    browser.driver.get(inkcloud.playground_url + "/tokens")
    browser.type("token_name", "my program")
    browser.press("token_make")
    browser.wait_for(lambda: browser.has("fresh_token"))
    assert not browser.scrolls_sideways()
    browser.photograph("console-tokens-phone.png", size=PHONE, whole=True)
    token = browser.wait_for(lambda: TOKEN.search(browser.text("fresh_token")))[0]
    headers = {"authorization": f"Bearer {token}"}
    current = f"{inkcloud.url}/tokens/current"
    access = httpx2.get(current, headers=headers).json()
    assert (access["name"], access["scopes"]) == ("my program", ["predict"])

    browser.press("forget_token")
    browser.wait_for(lambda: not browser.has("fresh_token"))
    assert token not in browser.driver.page_source
    browser.press(f"revoke_{access['id']}")
    browser.press("confirm_revoke")
    browser.wait_for(lambda: "Revoked" in browser.text(f"token_{access['id']}"))

    assert httpx2.get(current, headers=headers).status_code == 401
