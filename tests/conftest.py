"""What holds for every test: clean environment, loopback only, no silent skips in CI."""

import gc
import ipaddress
import os
import socket
import sys
from functools import cache
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from hypothesis import HealthCheck, settings

from support.prepared_builtin import PreparedBuiltin, prepare_builtin


def pytest_configure() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: tests run side by side
    for name in [name for name in os.environ if name.startswith("INKCLOUD_")]:
        del os.environ[name]
    sys.addaudithook(_refuse_network)
    # Of the time that the tests' imports take, the collector of cycles had a third.
    gc.set_threshold(50_000)
    # Every client reads the machine's certificates, for 20 ms; no test speaks TLS.
    httpcore2.default_ssl_context = cache(httpcore2.default_ssl_context)
    # On a busy machine an example may take long; that is for benchmarks to tell.
    slow = [HealthCheck.too_slow]
    settings.register_profile("inkcloud", deadline=None, suppress_health_check=slow)
    settings.load_profile("inkcloud")


def pytest_collection_finish() -> None:
    """Pass over what is imported by now, for good: it stays, and it is a million objects."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, so that the processes come to their ends together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if arguments[0].family == socket.AF_UNIX or _is_loopback(address[0]):
        return
    message = f"A test may reach loopback only, not {address!r}."
    raise RuntimeError(message)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """In CI a browser test that is skipped has failed: the browser is part of the set-up."""
    report = yield
    if report.skipped and os.environ.get("CI") and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI, where it must run: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test off the real data folder of whoever runs the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))


@pytest.fixture(scope="session")
def prepared_builtin(tmp_path_factory: pytest.TempPathFactory) -> PreparedBuiltin:
    """What the first start found out about the built-in model, once for all processes."""
    own = tmp_path_factory.getbasetemp()
    return prepare_builtin(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
