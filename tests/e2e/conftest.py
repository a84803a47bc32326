import pytest
from selenium.common.exceptions import WebDriverException

from support.browser import NEVER_OPTIMISE, Browser, chromium
from support.running_up import running_up


@pytest.fixture(scope="module")
def inkcloud(tmp_path_factory, prepared_builtin):
    """The whole of Inkcloud, as `inkcloud up` starts it on a machine for the second time."""
    data_dir = prepared_builtin.share_with(tmp_path_factory.mktemp("up") / "data")
    with running_up(data_dir, "--prepare") as up:
        yield up


@pytest.fixture(scope="session")
def chromiums():
    """The one Chromium of this process; none before a test needs it."""
    running: list[Browser] = []
    yield running
    for each in running:
        each.close()


@pytest.fixture
def browser(chromiums, tmp_path, tmp_path_factory):
    """A browser that knows nothing of the tests before."""
    if chromium() is None:
        pytest.skip("Chromium and its driver are not installed")
    if not chromiums:
        chromiums.append(Browser(tmp_path_factory.mktemp("browser"), NEVER_OPTIMISE))
    chromiums[0].begin(tmp_path)
    yield chromiums[0]
    try:
        chromiums[0].forget()
    except WebDriverException:  # it hangs or has ended
        chromiums.pop().close()
