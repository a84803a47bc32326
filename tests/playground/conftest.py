from functools import cache

import pytest
import streamlit as st
from streamlit import config
from streamlit.components.v2 import manifest_scanner

from inkcloud.playground.connection import Connection
from inkcloud.playground.opening import shared_client
from support.generate_page import opened
from support.stub_gateway import StubGateway

# Every AppTest looks through all installed packages, for 130 ms.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


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
    yield opened()
    for personal in (True, False):
        shared_client(Connection(gateway.url, personal=personal)).close()
    # A later gateway may have the same port, and must not find this one's closed client.
    st.cache_resource.clear()
