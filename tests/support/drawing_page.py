"""A page that draws cells, in AppTest, against the real gateway before a stub replica."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlit.testing.v1 import AppTest

from inkcloud.client import InkcloudClient
from support.running_gateway import RunningGateway

PATIENCE = 30
SCRIPT = """
from inkcloud.playground.{page}.page import draw_{page}_page
from support.drawing_page import client_of
draw_{page}_page(client_of)
"""
_CLIENTS: dict[str, InkcloudClient] = {}
_GATEWAY: list[RunningGateway] = []


@contextmanager
def pages_of(gateway: RunningGateway) -> Iterator[None]:
    """Let the pages talk to a gateway's endpoint "open" while the block runs."""
    _GATEWAY.append(gateway)
    try:
        yield
    finally:
        for client in _CLIENTS.values():
            client.close()
        _CLIENTS.clear()
        _GATEWAY.clear()


def client_of(endpoint: str) -> InkcloudClient:
    """Return the client of an endpoint; "" is the page's own."""
    name = endpoint or "open"
    if name not in _CLIENTS:
        [gateway] = _GATEWAY
        _CLIENTS[name] = InkcloudClient(gateway.url, token=gateway.token, endpoint=name)
    return _CLIENTS[name]


def opened(page: str, **query: str) -> AppTest:
    """Return a page as a new tab shows it."""
    test = AppTest.from_string(SCRIPT.format(page=page), default_timeout=PATIENCE)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def address(page: AppTest) -> dict[str, str]:
    """Return a page's query."""
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in page.query_params.items()
    }


def go_to(page: AppTest, query: dict[str, str]) -> AppTest:
    """Put a query into the page's address, as going back does; the next run sees it."""
    page.query_params.clear()
    for name, value in query.items():
        page.query_params[name] = value
    return page


def words(elements) -> str:
    return "\n".join(element.value for element in elements)


def run_until(page: AppTest, met: Callable[[AppTest], bool]) -> AppTest:
    """Run the page as its fragment does, until something is met."""
    end = time.monotonic() + PATIENCE
    while not met(page):
        assert time.monotonic() < end, words(page.markdown)
        page.run()
    return page
