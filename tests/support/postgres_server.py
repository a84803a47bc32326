"""A real PostgreSQL server on a unix socket in a folder of its own, for the storage tests."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg
import pytest

PATIENCE = 60
PASSWORD = "a p@ss:word/with%signs"
_WAIT = ("-w", "-t", str(PATIENCE))
_DEBIAN = Path("/usr/lib/postgresql")


def find_programs() -> Path | None:
    """Return the folder of the newest installed `initdb` and `postgres`, or None."""
    found = [path.parent for path in _DEBIAN.glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path is not None and shutil.which("postgres") is not None:
        found.append(Path(on_path).parent)
    return max(found, key=_major, default=None)


def programs_for_tests() -> Path:
    """Return the folder of the programs; without them skip the test, or fail it in CI."""
    programs = find_programs()
    if programs is not None:
        return programs
    reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)."
    if os.environ.get("CI"):
        pytest.fail(reason + " In CI these tests must run.")
    pytest.skip(reason)


class PostgresServer:
    """Runs from `with` to its end; `database` makes a fresh, empty database.

    Attributes:
        folder: where everything of it lies.
    """

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._made = 0
        # Short, because a socket's path is; not pytest's folder, which others cannot enter.
        self.folder = Path(tempfile.mkdtemp(prefix="ink-pg-"))
        self._user = _unprivileged()
        if self._user is not None:
            os.chown(self.folder, self._user, -1)
        self._runs = False

    def __enter__(self) -> "PostgresServer":
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        # A person's locale, not bytes: what the tables must not depend on.
        icu = ["--locale-provider=icu", "--icu-locale=en"] if _major(self._programs) >= 15 else []
        options = ["-U", "ink", "-A", "scram-sha-256", "--pwfile", str(password), "--no-sync"]
        self._run("initdb", "-D", self._data, "-E", "UTF8", "--locale=C.UTF-8", *icu, *options)
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = f"-h '' -k {self.folder} -F -c autovacuum=off"
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-o", settings, *_WAIT, "start")
        self._runs = True

    def stop(self) -> None:
        """Stop the server at once, whoever is connected."""
        if self._runs:
            self._run("pg_ctl", "-D", self._data, "-m", "fast", *_WAIT, "stop")
            self._runs = False

    def database(self) -> str:
        """Make an empty database and return its URL."""
        self._made += 1
        name = f"test_{self._made}"
        with psycopg.connect(
            host=str(self.folder), user="ink", password=PASSWORD, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        place = quote(str(self.folder), safe="")
        return f"postgresql://ink:{quote(PASSWORD, safe='')}@/{name}?host={place}"

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @property
    def _log(self) -> str:
        return str(self.folder / "log")

    def _run(self, program: str, *arguments: str) -> None:
        # pg_ctl leaves a server behind that keeps what it was given as its output.
        with (self.folder / "output").open("w+") as output:
            done = subprocess.run(
                [self._programs / program, *arguments],
                user=self._user,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                timeout=2 * PATIENCE,
                check=False,
            )
            output.seek(0)
            if done.returncode != 0:
                message = f"{program} failed: {output.read()}"
                raise RuntimeError(message)


def _unprivileged() -> int | None:
    """Return whom to run as: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return names.get("postgres", names["nobody"])


def _major(programs: Path) -> int:
    told = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    number = re.search(r"\d+", told)
    return int(number[0]) if number else 0
