"""Damages a model at random, again and again, and says what comes of each damaged variant.

    python benchmarks/damaged_models.py [--variants 1000] [--seed 0] [--log FILE]

Half of the variants are of a folder in diffusers' format, half of a single file. Each is loaded
with the fingerprint of the whole model, as the store of models does; it must be refused with
clear words or render what the whole model renders. Where only the fingerprint shows the damage,
it is also loaded and drawn without one, which must neither crash nor hang. The variants run in
child processes with a time limit, so that a crash is seen and counted. The exit code is 0 if all
is well; the log has a line of JSON for each variant.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

KINDS = ("folder", "file")
AT_ONCE = 50
PATIENCE_SECONDS = 20.0
"""For one variant, in the mean; a child has so many times this."""


def main() -> int:
    options = _options()
    if options.child:
        return _child(options)
    begun = time.monotonic()
    outcomes: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    bad: list[str] = []
    with tempfile.TemporaryDirectory(prefix="ink-damaged-") as scratch:
        log = options.log or Path(scratch) / "log.jsonl"
        log.write_text("")
        for kind in KINDS:
            model = _make(kind, Path(scratch))
            for first in range(options.seed, options.seed + options.variants // 2, AT_ONCE):
                count = min(AT_ONCE, options.seed + options.variants // 2 - first)
                bad += _run(model, kind, first, count, outcomes[kind], log)
                done = sum(counter.total() for counter in outcomes.values())
                print(f"\r{done} of {options.variants}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for kind, counter in outcomes.items():
        for outcome, number in counter.most_common():
            print(f"{kind:7} {number:5}  {outcome}")
    print(f"{len(bad)} bad of {options.variants}, {time.monotonic() - begun:.0f} s")
    for line in bad:
        print(line)
    return 1 if bad else 0


def _make(kind: str, scratch: Path) -> Path:
    import torch

    from support.narrow_checkpoints import make_narrow_sd
    from support.original_layout import write_single_file
    from support.tiny_checkpoints import make_tiny_sd

    if kind == "folder":
        return make_tiny_sd(scratch / "model")
    folder = make_narrow_sd(scratch / "narrow", version=1, small=True)
    return write_single_file(folder, scratch / "model.safetensors", dtype=torch.float16)


def _run(
    model: Path, kind: str, first: int, count: int, outcomes: Counter[str], log: Path
) -> list[str]:
    """Run a child; return what went wrong."""
    command = [sys.executable, __file__, "--child", str(model)]
    command += ["--seed", str(first), "--variants", str(count)]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS * count
        )
        lines, end = done.stdout.splitlines(), f"ended with {done.returncode}"
    except subprocess.TimeoutExpired as error:
        lines, end = (error.stdout or b"").decode().splitlines(), "hung"
    bad = []
    with log.open("a", encoding="utf-8") as opened:
        for line in lines:
            opened.write(line + "\n")
            verdict = json.loads(line)
            key = verdict["outcome"]
            outcomes[f"{key}; else {verdict['unrecorded']}" if verdict["unrecorded"] else key] += 1
            if not verdict["good"]:
                bad.append(f"{kind}: {verdict}")
    if len(lines) != count:
        outcomes["CRASHED OR HUNG"] += count - len(lines)
        bad.append(f"{kind}: variant {first + len(lines)}: the process {end}")
    return bad


def _child(options: argparse.Namespace) -> int:
    import torch

    from support.damaged_models import GOOD, DamagedModels

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="ink-damaged-") as scratch:
        damaged = DamagedModels(options.child, Path(scratch))
        for seed in range(options.seed, options.seed + options.variants):
            verdict = damaged.variant(seed)
            line = asdict(verdict) | {"good": verdict.outcome in GOOD}
            print(json.dumps(line), flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
