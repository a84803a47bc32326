import pytest

from support.browser import Browser, chromium
from support.running_up import running_up


@pytest.fixture(scope="module")
def inkcloud(tmp_path_factory):
    """The whole of Inkcloud, as `inkcloud up` starts it."""
    with running_up(tmp_path_factory.mktemp("up") / "data") as up:
        yield up


@pytest.fixture
def browser(tmp_path):
    if chromium() is None:
        pytest.skip("Chromium and its driver are not installed")
    window = Browser(tmp_path)
    yield window
    window.close()
