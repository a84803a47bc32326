import pytest
from streamlit import config

from support.generate_page import opened
from support.stub_gateway import StubGateway


@pytest.fixture
def gateway():
    with StubGateway() as stub:
        yield stub


@pytest.fixture
def on_loopback():
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", None)


@pytest.fixture
def page(gateway, on_loopback, monkeypatch):
    """The page Generate as it is opened without an address of its own."""
    monkeypatch.setenv("INKCLOUD_URL", gateway.url)
    yield (page := opened())
    page.session_state["playground"].client.close()
