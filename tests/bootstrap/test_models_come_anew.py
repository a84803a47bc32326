"""A model comes anew while its endpoint serves, by a command that tells the gateway nothing."""

import base64
import threading

import pytest

from inkcloud.checkpoints.inspect import inspect_model
from inkcloud.engine.picture_file import read_png
from inkcloud.models.add import add_model
from inkcloud.models.store import ModelStore
from support.running_up import running_up
from support.tiny_checkpoints import make_tiny_sd
from support.waiting import wait_until


@pytest.mark.slow
def test_replicas_are_replaced_without_dropping_a_request_and_the_event_says_so(tmp_path):
    store = ModelStore(tmp_path / "data" / "models")
    first = make_tiny_sd(tmp_path / "first", seed=1)
    before = add_model(store, first, name="mine", inspection=inspect_model)
    second = make_tiny_sd(tmp_path / "second", seed=2)
    hashes: list[str] = []
    problems: list[Exception] = []
    done = threading.Event()

    with running_up(tmp_path / "data", "--model", "mine", "--no-playground") as up:

        def draw() -> None:
            while not done.is_set():
                try:
                    body = {"prompt": "a cat", "num_inference_steps": 2, "seed": 1}
                    answer = up.ask("POST", "/endpoints/text2image/predict", body)
                except Exception as error:
                    problems.append(error)
                    return
                record = read_png(base64.b64decode(answer["image_0"]))[1]
                assert record.checkpoint == "mine"
                hashes.append(record.checkpoint_hash)

        thread = threading.Thread(target=draw)
        thread.start()
        wait_until(lambda: hashes or problems)
        anew = add_model(store, second, name="mine", inspection=inspect_model)
        wait_until(lambda: len(set(hashes)) == 2 or problems)
        done.set()
        thread.join()
        events = up.get("/endpoints/text2image/events")["events"]

    assert problems == []
    assert hashes == sorted(hashes, key=[hashes[0], hashes[-1]].index)  # never back again
    told = f"the model mine, from revision {before.revision} to {anew.revision}"
    assert [told in event["text"] for event in events if event["kind"] == "updated"] == [True]
