"""The server of the pages: its settings, and the files that it keeps in memory."""

import asyncio
import gc

import httpx2
import pytest
from streamlit import config
from streamlit.components.v2 import manifest_scanner

from inkcloud.playground.kept_files import KeptFiles
from inkcloud.playground.server import import_pages, settings_of

BODY = b"export const answer = 42"


async def elsewhere(scope, receive, send):
    """Answers what no file is for."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"elsewhere"})


@pytest.fixture
def script(tmp_path):
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "secret.js").write_bytes(b"not for browsers")
    (tmp_path / "static" / "page.html").write_bytes(b"not kept")
    path = tmp_path / "static" / "js" / "answer.1x2.js"
    path.write_bytes(BODY)
    return path


@pytest.fixture
def ask(script):
    files = KeptFiles(elsewhere, script.parents[1], "/static/")

    def asked(path, method="GET", **headers):
        async def call():
            transport = httpx2.ASGITransport(files)
            async with httpx2.AsyncClient(transport=transport, base_url="http://page") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(call())

    return asked


def test_a_file_comes_whole_with_its_type_and_may_be_kept_by_the_browser(ask):
    answer = ask("/static/js/answer.1x2.js")

    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-length"] == str(len(BODY))
    assert "immutable" in answer.headers["cache-control"]


def test_a_file_is_read_once(ask, script):
    ask("/static/js/answer.1x2.js")
    script.unlink()

    assert ask("/static/js/answer.1x2.js").content == BODY


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/static/page.html",
        "/static/js/unknown.js",
        "/static/../secret.js",
        "/static/%2e%2e/secret.js",
        "/static//js/answer.1x2.js",
        "/other/js/answer.1x2.js",
    ],
)
def test_everything_else_is_streamlits(ask, path):
    assert ask(path).content == b"elsewhere"


def test_only_whole_files_are_answered_from_memory(ask):
    path = "/static/js/answer.1x2.js"

    assert ask(path, range="bytes=0-3").status_code == 299
    assert ask(path, "POST").status_code == 299
    assert ask(path, "HEAD").status_code == 299


def test_the_server_asks_for_no_usage_statistics_and_no_address():
    settings = settings_of(["--port", "8600"])

    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.showEmailPrompt"] is False
    assert settings["global.minCachedMessageSize"] > 2**40
    assert (settings["server.address"], settings["server.port"]) == ("127.0.0.1", 8600)
    assert "server.allowedHosts" not in settings


def test_the_server_is_reached_by_the_allowed_names_only():
    settings = settings_of(["--allow-host", "localhost", "--allow-host", "127.0.0.1"])

    assert settings["server.allowedHosts"] == ["localhost", "127.0.0.1"]
    assert settings["browser.serverAddress"] == "localhost"


def test_streamlit_knows_every_setting():
    settings = settings_of(["--secrets", "secrets.toml", "--allow-host", "localhost"])

    for name in settings:
        config.get_option(name)  # raises for a name that it does not know


def test_streamlit_still_looks_for_components_where_the_server_spares_it():
    assert callable(manifest_scanner.scan_component_manifests)


def test_what_was_imported_is_not_looked_through_after_each_run_of_a_script():
    assert config.get_option("runner.postScriptGC")  # or there is nothing to spare
    stays: list[str] = []

    import_pages()

    assert all(each is not stays for each in gc.get_objects())
