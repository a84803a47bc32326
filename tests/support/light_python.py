"""Runs a module with nothing importable but what a requirements file brings.

    python light_python.py requirements.txt streamlit run streamlit_app.py ...

What is installed beside that is refused as if it were not there.
"""

import importlib.metadata
import re
import runpy
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path

from packaging.requirements import Requirement


def named(requirements: Path) -> Iterator[Requirement]:
    """Yield what a requirements file asks for."""
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield Requirement(line)


def brought(wanted: Iterator[Requirement] | list[Requirement]) -> set[str]:
    """Return the names of the packages that these requirements bring, themselves included."""
    seen: set[tuple[str, str]] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = normal(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for text in importlib.metadata.requires(name) or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    waiting.append(needed)
    return {name for name, _ in seen}


def refused(packages: set[str]) -> set[str]:
    """Return the modules of installed packages that are not among these."""
    modules = importlib.metadata.packages_distributions()
    return {m for m, owners in modules.items() if not {normal(o) for o in owners} & packages}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Refusal:
    """Finds none of these modules."""

    def __init__(self, modules: set[str]) -> None:
        self._modules = modules

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        # Inkcloud itself lies beside the script, as it does where nothing is installed.
        if name.partition(".")[0] in self._modules - {"inkcloud"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def main() -> None:
    requirements, module, *arguments = sys.argv[1:]
    sys.meta_path.insert(0, Refusal(refused(brought(named(Path(requirements))))))
    for heavy in ("torch", "fastapi", "sqlalchemy"):
        try:
            __import__(heavy)
        except ModuleNotFoundError:
            continue
        raise SystemExit(f"{heavy} can be imported.")
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
