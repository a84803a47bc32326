"""Kills the gateway and the replicas at random, and says whether a job was lost or done twice.

    python benchmarks/crash.py [--kills 200] [--jobs 2000] [--pictures 40]
        [--database sqlite|postgres|URL] [--seed 1] [--log FILE] [--negative-control]

Starts a real `inkcloud up` and submits jobs while SIGKILL strikes. `--database postgres`
runs a PostgreSQL server of its own; a URL must name an empty database. The log, one JSON
object a line, tells every kill and every job. The exit code is 0 if all is well.

`--negative-control` breaks durability on purpose: it removes acknowledged jobs from the
database, and forgets that some have ended. The exit code is 0 if exactly those are found.

docs/reliability.md says what is promised, how it is judged and what came out.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.crash.records import FORGERIES
from support.crash.run import CrashRun, Outcome, Plan
from support.crash.run_log import RunLog
from support.postgres_server import PostgresServer, find_programs


def main() -> int:
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ink-crash-")))
        log = stack.enter_context(RunLog(options.log))
        plan = Plan(
            kills=options.kills,
            jobs=options.jobs,
            pictures=options.pictures,
            seed=options.seed,
            database=_database(options.database, stack),
            forge=FORGERIES if options.negative_control else (),
            patience=30.0 if options.negative_control else 180.0,
        )
        outcome = CrashRun(plan, folder, log).run()
    return _report(outcome, options.log)


def _database(choice: str, stack: ExitStack) -> str | None:
    if choice == "sqlite":
        return None
    if choice != "postgres":
        return choice
    programs = find_programs()
    if programs is None:
        message = "PostgreSQL is not installed (Debian: apt-get install postgresql)."
        raise SystemExit(message)
    return stack.enter_context(PostgresServer(programs)).database()


def _report(outcome: Outcome, log: Path) -> int:
    print(json.dumps(outcome.facts, indent=2))
    for number, found in sorted(outcome.problems.items()):
        print(f"job {number}: {'; '.join(found)}")
    print(f"The log is {log}.")
    forged = {number for numbers in outcome.forged.values() for number in numbers}
    if outcome.forged:
        well = forged == set(outcome.problems) and all(outcome.forged.values())
        print("Exactly the broken jobs were found." if well else "The checker is wrong.")
    else:
        well = not outcome.problems and outcome.facts["acknowledged"] > 0
        print("No job was lost, stuck or done twice." if well else "The promise is broken.")
    return 0 if well else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, default=Path(".inkcloud/crash.jsonl"))
    parser.add_argument("--negative-control", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
