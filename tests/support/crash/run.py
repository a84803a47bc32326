"""A crash run: submit jobs, kill at random, start again, and judge in the end."""

import contextlib
import math
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from support.crash.clients import Clients
from support.crash.gateway import Gateway, wait
from support.crash.history import LEDGER, PICTURES, History, Seen, Work
from support.crash.records import VICTIMS, Records
from support.crash.run_log import RunLog
from support.crash.verdict import Kill, how_often, problems, read_ledger

_SERVICE = Path(__file__).parent / "service"
_PROMPTS = ("an octopus", "a red cube")
_REPLICA_SECONDS = 20.0
_BACK_OFF_SECONDS = 60.0
_MILLISECONDS = (0, 20, 100, 500, 1500)
_SHARES = {"gateway": 45, "replica": 45, "worker": 10}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do.

    Attributes:
        kills: how many SIGKILLs.
        jobs: how many calls of the ledger service.
        pictures: how many pictures besides; with some, their replica is killed too.
        seed: of everything that is chosen by chance here.
        database: the database's URL; None is SQLite in the data folder.
        forge: what to break on purpose, out of `records.FORGERIES`.
        patience: a job is stuck when no job has ended for so many seconds.
    """

    kills: int
    jobs: int
    pictures: int = 0
    seed: int = 1
    database: str | None = None
    forge: tuple[str, ...] = ()
    patience: float = 180.0


@dataclass
class Outcome:
    """How a run ended.

    Attributes:
        problems: what is wrong, by the job's number.
        forged: the jobs' numbers that were broken on purpose, by how.
        facts: counts, for people.
    """

    problems: dict[int, list[str]] = field(default_factory=dict)
    forged: dict[str, list[int]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


class CrashRun:
    """One run in a folder of its own.

    Args:
        plan: what to do.
        folder: empty.
        log: told of everything.
    """

    def __init__(self, plan: Plan, folder: Path, log: RunLog) -> None:
        self._plan = plan
        self._log = log
        self._chooser = random.Random(plan.seed)
        self._gateway = Gateway(folder, plan.database)
        self._records = Records(self._gateway.data, plan.database)
        self._history = History()
        self._kills: list[Kill] = []
        self._outcome = Outcome()
        self._expected: dict[str, Any] = {}
        self._fresh = True
        self._unsent: list[Work] = []

    def run(self) -> Outcome:
        """Do it all; leave no process behind."""
        began = time.monotonic()
        plan = asdict(self._plan) | {"database": "postgres" if self._plan.database else "sqlite"}
        self._log.note("plan", **plan)
        try:
            self._set_up()
            clients = Clients(self._gateway, self._history, self._plan.seed)
            clients.start()
            try:
                self._kill_and_submit(clients)
                self._wait_for_ends(clients)
            finally:
                clients.stop()
            self._look_once_more(clients)
            self._note_exit(self._gateway.stop())
        finally:
            self._gateway.clean_up()
        self._judge(time.monotonic() - began)
        return self._outcome

    def _set_up(self) -> None:
        gateway = self._gateway
        gateway.start()
        gateway.wait_until_it_answers()
        # No picture without a job that wants one; the model is loaded again for each start.
        gateway.ask("PATCH", f"/endpoints/{PICTURES}", {"min_replicas": 0, "timeout_seconds": 30})
        body = {
            "name": LEDGER,
            "service": "ledger:Ledger",
            "code_folder": str(_SERVICE),
            "environment": {"APP_LEDGER": str(gateway.ledger)},
            "min_replicas": 2,
            "max_replicas": 2,
            "concurrency_per_replica": 4,
        }
        gateway.ask("POST", "/endpoints", body)
        if self._plan.pictures:
            for prompt in _PROMPTS:
                answer = gateway.ask("POST", f"/endpoints/{PICTURES}/predict", _picture(prompt))
                self._expected[prompt] = answer

    # --- killing ---

    def _kill_and_submit(self, clients: Clients) -> None:
        work = iter(self._all_work())
        sent, total = 0, self._plan.jobs + self._plan.pictures
        for number in range(self._plan.kills):
            share = math.ceil(total * (number + 1) / self._plan.kills)
            self._unsent = [next(work) for _ in range(share - sent)]
            sent = share
            clients.check()
            self._kill_one(number, clients)
        self._gateway.wait_until_it_answers()
        clients.finish_submitting()

    def _submit(self, clients: Clients) -> None:
        """Submit this kill's share of the jobs, if that has not been done."""
        while self._unsent:
            clients.submit(self._unsent.pop())

    def _all_work(self) -> list[Work]:
        choose = self._chooser
        kinds = [LEDGER] * self._plan.jobs + [PICTURES] * self._plan.pictures
        choose.shuffle(kinds)
        return [Work(number, kind, self._body(number, kind)) for number, kind in enumerate(kinds)]

    def _body(self, number: int, kind: str) -> dict[str, Any]:
        if kind == LEDGER:
            return {"number": number, "milliseconds": self._chooser.choice(_MILLISECONDS)}
        return _picture(self._chooser.choice(_PROMPTS))

    def _kill_one(self, number: int, clients: Clients) -> None:
        # The last is the gateway's, so that every run ends with a restart.
        last = number == self._plan.kills - 1
        kinds = [kind for kind in _SHARES if kind != "worker" or self._plan.pictures]
        shares = [_SHARES[kind] for kind in kinds]
        [kind] = ["gateway"] if last else self._chooser.choices(kinds, shares)
        if kind == "gateway":
            self._kill_gateway(clients, last=last)
        else:
            self._kill_replica(kind, clients)

    def _kill_gateway(self, clients: Clients, *, last: bool) -> None:
        moment = self._chooser.choice(("starting", "accepting", "working", "working"))
        if moment == "starting" and not self._fresh:
            moment = "accepting"
        if moment == "starting":
            self._submit(clients)
            time.sleep(self._chooser.uniform(0, 6))
        else:
            self._gateway.wait_until_it_answers()
            self._submit(clients)
            if moment == "working":
                self._wait_for_work()
            time.sleep(self._chooser.uniform(0, 1))
        if last and self._plan.forge:
            self._gateway.wait_until_it_answers()
            wait(lambda: self._ended_besides_forged() >= 2 * VICTIMS, self._plan.patience)
        pid, at = self._gateway.pid, time.time()
        unfinished = sum(not seen.ends for seen in self._history.acknowledged())
        self._gateway.kill()
        self._note_kill(Kill(at, "gateway", pid), moment, unfinished)
        if last:
            self._forge("lost", "twice")
        self._gateway.start()
        self._fresh = True

    def _kill_replica(self, kind: str, clients: Clients) -> None:
        self._gateway.wait_until_it_answers()
        self._fresh = False
        moment = self._chooser.choice(("starting", "working", "working"))
        service = "Ledger" if kind == "replica" else "TextToImage"
        if kind == "worker":
            self._submit(clients)
        there = wait(lambda: bool(self._gateway.replicas(service)), _REPLICA_SECONDS)
        if not there and kind == "worker":
            kind, service = "replica", "Ledger"  # no picture was wanted meanwhile
        self._submit(clients)
        if moment == "working" and kind == "replica":
            self._wait_for_work()
        time.sleep(self._chooser.uniform(0, 0.7 if kind == "replica" else 8.0))
        # Between two lives there is none to kill; the next one comes by itself.
        wait(lambda: bool(self._gateway.replicas(service)), _BACK_OFF_SECONDS)
        unfinished = sum(not seen.ends for seen in self._history.acknowledged())
        pid, at = self._chooser.choice(self._gateway.replicas(service)), time.time()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._note_kill(Kill(at, kind, pid), moment, unfinished)

    def _wait_for_work(self) -> None:
        """Return when an execution begins or ends, or none does for a while."""
        size = self._gateway.ledger.stat().st_size
        wait(lambda: self._gateway.ledger.stat().st_size > size, _REPLICA_SECONDS)

    def _note_kill(self, kill: Kill, moment: str, unfinished: int) -> None:
        self._kills.append(kill)
        self._log.note(
            "kill",
            number=len(self._kills),
            kind=kill.kind,
            pid=kill.pid,
            moment=moment,
            acknowledged=len(self._history.acknowledged()),
            unfinished=unfinished,
        )

    def _forge(self, *ways: str) -> None:
        for how in ways:
            if how in self._plan.forge:
                spared = {number for numbers in self._outcome.forged.values() for number in numbers}
                victims = self._records.forge(how, self._history, self._chooser, spared)
                self._outcome.forged[how] = victims
                self._log.note("forged", how=how, jobs=victims)

    # --- the end ---

    def _wait_for_ends(self, clients: Clients) -> None:
        if "stuck" in self._plan.forge:
            wait(lambda: self._ended_besides_forged() >= VICTIMS, self._plan.patience)
            self._forge("stuck")
        left, moved = -1, time.monotonic()
        while time.monotonic() - moved < self._plan.patience:
            # Of one that is lost there is no end to wait for.
            open_ = sum(not (j.ends or j.oddities) for j in self._history.acknowledged())
            if not open_:
                return
            if open_ != left:
                left, moved = open_, time.monotonic()
            clients.check()
            threading.Event().wait(0.2)

    def _ended_besides_forged(self) -> int:
        forged = {number for numbers in self._outcome.forged.values() for number in numbers}
        ended = {seen.work.number for seen in self._history.acknowledged() if seen.ends}
        return len(ended - forged)

    def _look_once_more(self, clients: Clients) -> None:
        """Ask for every job's answer and send every request again, as its caller might."""
        with clients.http() as http:
            for seen in self._history.acknowledged():
                clients.look(http, seen)
            if "lost" not in self._plan.forge:  # a lost one would begin anew, and hide it
                for seen in self._history.acknowledged():
                    self._repeat(clients, http, seen)

    def _repeat(self, clients: Clients, http: httpx2.Client, seen: Seen) -> None:
        if not clients.send(http, seen.work):
            self._history.odd(seen.work.number, "a repeated submission was refused")

    def _note_exit(self, code: int) -> None:
        self._outcome.facts["exit_code"] = code

    def _judge(self, seconds: float) -> None:
        executions = read_ledger(self._gateway.ledger.read_text())
        rows = self._records.rows()
        jobs = sorted(self._history.acknowledged(), key=lambda seen: seen.work.number)
        for seen in jobs:
            number = seen.work.number
            mine = executions.get(number, [])
            found = problems(seen, mine, self._kills, rows, self._expected)
            if found:
                self._outcome.problems[number] = found
            self._log.note(
                "job",
                number=number,
                endpoint=seen.work.endpoint,
                id=seen.ids[0],
                submissions=seen.submissions,
                executions=len(mine),
                end=seen.ends[0][0] if seen.ends else None,
                problems=found,
            )
        self._outcome.facts |= self._facts(jobs, executions, seconds)
        self._log.note("outcome", **self._outcome.facts)

    def _facts(self, jobs: list[Seen], executions: Any, seconds: float) -> dict[str, Any]:
        by_kind = Counter(kill.kind for kill in self._kills)
        return {
            "took_seconds": round(seconds),
            "kills": len(self._kills),
            "kills_by_kind": dict(by_kind),
            "gateway_starts": self._gateway.restarts,
            "acknowledged": len(jobs),
            "calls": sum(seen.work.endpoint == LEDGER for seen in jobs),
            "pictures": sum(seen.work.endpoint == PICTURES for seen in jobs),
            "submissions": sum(seen.submissions for seen in jobs),
            "completed": sum(
                seen.ends[:1] != [] and seen.ends[0][0] == "completed" for seen in jobs
            ),
            "calls_by_executions": how_often(jobs, executions),
            "jobs_with_problems": len(self._outcome.problems),
            "forged": self._outcome.forged,
        }


def _picture(prompt: str) -> dict[str, Any]:
    return {"prompt": prompt, "num_inference_steps": 2, "seed": 7}
