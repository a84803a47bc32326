import os
import threading

import pytest

from inkcloud.replica.stored_assets import VOLUME, name_volume, store_assets_once
from support.served import PATIENCE

SERVICE = "stored:Service"


@pytest.fixture
def module(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(VOLUME, "")
    (tmp_path / "stored.py").write_text("version = 1")
    name_volume(SERVICE)
    return tmp_path / "stored.py"


def test_the_folder_is_in_the_cache_and_a_given_one_is_kept(module, monkeypatch):
    assert os.environ[VOLUME].startswith(str(module.parent / "cache" / "inkcloud" / "volumes"))
    monkeypatch.setenv(VOLUME, "/given")
    name_volume(SERVICE)
    assert os.environ[VOLUME] == "/given"


def test_assets_are_stored_once_for_each_version(module):
    stored = []

    for version in (1, 1, 2, 2):
        module.write_text(f"version = {version}")
        store_assets_once(lambda version=version: stored.append(version), SERVICE)

    assert stored == [1, 2]


def test_what_failed_is_tried_again(module):
    stored = []

    def fail():
        message = "no network"
        raise OSError(message)

    with pytest.raises(OSError, match="no network"):
        store_assets_once(fail, SERVICE)
    store_assets_once(lambda: stored.append(1), SERVICE)

    assert stored == [1]


def test_replicas_that_start_together_store_once(module):
    stored, began, go_on = [], threading.Event(), threading.Event()

    def store():
        stored.append(1)
        began.set()
        go_on.wait(PATIENCE)

    threads = [threading.Thread(target=store_assets_once, args=(store, SERVICE)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert began.wait(PATIENCE)
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE)

    assert stored == [1]
