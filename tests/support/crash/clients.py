"""Clients that submit jobs and look at them again and again while the gateway dies."""

import contextlib
import hashlib
import queue
import random
import threading
from typing import Any

import httpx2

from support.crash.gateway import Gateway
from support.crash.history import History, Seen, Work

_PAUSE = 0.1
_SECONDS = 20.0
_BUSY = {429, 503}


class Clients:
    """Threads of submitters and watchers, from `start` to `stop`.

    A submitter sends a request with its idempotency key until a 202 comes, and every tenth
    once more at once. A watcher asks for jobs at random, also for those whose end it saw.

    Args:
        gateway: whom to ask.
        history: told of everything.
        seed: of what they choose.
    """

    def __init__(self, gateway: Gateway, history: History, seed: int) -> None:
        self._gateway = gateway
        self._history = history
        self._headers = gateway.authorization
        self._work: queue.Queue[Work | None] = queue.Queue()
        self._over = threading.Event()
        self._failures: list[BaseException] = []
        self._submitters = self._threads(self._submit_all, 8, seed)
        self._watchers = self._threads(self._watch, 3, seed + 100)

    def start(self) -> None:
        for thread in (*self._submitters, *self._watchers):
            thread.start()

    def submit(self, work: Work) -> None:
        """Have a request sent soon."""
        self._work.put(work)

    def finish_submitting(self) -> None:
        """Wait until every request is acknowledged."""
        for _ in self._submitters:
            self._work.put(None)
        for thread in self._submitters:
            thread.join()
        self._raise_failures()

    def stop(self) -> None:
        self._over.set()
        for _ in self._submitters:
            self._work.put(None)
        for thread in (*self._submitters, *self._watchers):
            if thread.is_alive():
                thread.join()

    def check(self) -> None:
        """Raise what ended a thread, if anything has."""
        self._raise_failures()

    def look(self, http: httpx2.Client, seen: Seen) -> None:
        """Ask how a job stands, for its answer if it has one, and note what comes.

        Raises:
            httpx2.TransportError: if the gateway is gone.
        """
        number = seen.work.number
        answer = http.get(f"/jobs/{seen.ids[0]}")
        if answer.status_code == httpx2.codes.OK:
            if answer.json()["status"] != "completed":
                self._history.unfinished(number)
                return
            answer = http.get(f"/jobs/{seen.ids[0]}/response")
        if answer.status_code == httpx2.codes.OK:
            end = ("completed", hashlib.sha256(answer.content).hexdigest())
            self._history.ended(number, end, answer.json())
        elif answer.status_code == httpx2.codes.NOT_FOUND:
            self._history.odd(number, "it is lost: there is no job of its id")
        else:
            self._history.ended(number, ("refused", _shown(answer)))

    def send(self, http: httpx2.Client, work: Work) -> bool:
        """Submit once and say whether it was acknowledged.

        Raises:
            httpx2.TransportError: if the gateway is gone.
        """
        self._history.sent(work)
        headers = {"X-OctoAI-Async": "1", "Idempotency-Key": work.key}
        answer = http.post(work.path, json=work.body, headers=headers)
        if answer.status_code == httpx2.codes.ACCEPTED:
            self._history.accepted(work, answer.json()["response_id"])
            return True
        if answer.status_code not in _BUSY:
            self._history.odd(work.number, f"its submission was answered {_shown(answer)}")
        return False

    def http(self) -> httpx2.Client:
        return httpx2.Client(
            base_url=self._gateway.url, headers=self._headers, trust_env=False, timeout=_SECONDS
        )

    def _threads(self, run: Any, count: int, seed: int) -> list[threading.Thread]:
        def guarded(chooser: random.Random) -> None:
            try:
                run(chooser)
            except BaseException as error:
                self._failures.append(error)

        choosers = [random.Random(seed + index) for index in range(count)]
        return [threading.Thread(target=guarded, args=[chooser]) for chooser in choosers]

    def _raise_failures(self) -> None:
        if self._failures:
            raise self._failures[0]

    def _submit_all(self, chooser: random.Random) -> None:
        with self.http() as http:
            while not self._over.is_set() and (work := self._work.get()) is not None:
                self._submit(http, work)
                if chooser.random() < 0.1:
                    self._submit(http, work)

    def _submit(self, http: httpx2.Client, work: Work) -> None:
        while not self._over.is_set():
            with contextlib.suppress(httpx2.TransportError):
                if self.send(http, work):
                    return
            self._over.wait(_PAUSE)

    def _watch(self, chooser: random.Random) -> None:
        with self.http() as http:
            while not self._over.is_set():
                seen = _choose(chooser, self._history.acknowledged())
                if seen is not None:
                    with contextlib.suppress(httpx2.TransportError):
                        self.look(http, seen)
                self._over.wait(_PAUSE)


def _choose(chooser: random.Random, acknowledged: list[Seen]) -> Seen | None:
    open_ = [seen for seen in acknowledged if not seen.ends]
    among = open_ if open_ and chooser.random() < 0.7 else acknowledged
    return chooser.choice(among) if among else None


def _shown(answer: httpx2.Response) -> str:
    try:
        data = answer.json()
    except ValueError:
        data = None
    code = data.get("code", "") if isinstance(data, dict) else ""
    return f"{answer.status_code} {code}".strip()
