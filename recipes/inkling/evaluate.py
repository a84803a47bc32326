"""Measure a model and print the table of the model card.

    evaluate.py                     the model that ships, in full
    evaluate.py --quick             the same with fewer prompts
    evaluate.py --model FOLDER      any diffusers folder
    evaluate.py --torch             without preparing it for this machine
    evaluate.py --figures --card    also redraw docs/images/inkling-*.png and the card's table

Ctrl-C stops it; what has been drawn is kept, and the next run goes on from there.
"""

import argparse
import os
import sys
import time
from datetime import datetime
from pathlib import Path

import figures
from arithmetic import fast_dtype
from drawing import Drawer
from evaluation import QUICK, Evaluation, Real, Row, Sizes
from fidelity import colour_rows, judge_rows, name_rows, pair_rows, paraphrase_rows
from judge import load_judge
from parameters import guidance_rows, negative_rows, saturation_rows, seed_rows, step_rows
from paths import SHIPPED
from preparing import prepared
from product import autoencoder_rows, copy_rows, parity_rows, speed_rows

from inkcloud.checkpoints.dtype import dtype_name

ROOT = Path(__file__).parents[2]
CARD = ROOT / "docs/inkling.md"
BEGIN, END = "<!-- evaluation: begin -->", "<!-- evaluation: end -->"
MEASUREMENTS = {
    "speed": speed_rows,  # first, while nothing has warmed the machine
    "judge": judge_rows,
    "names": name_rows,
    "sentences": paraphrase_rows,
    "colours": colour_rows,
    "pairs": pair_rows,
    "steps": step_rows,
    "guidance": guidance_rows,
    "negative": negative_rows,
    "seeds": seed_rows,
    "saturation": saturation_rows,
    "copies": copy_rows,
    "autoencoder": autoencoder_rows,
    "parity": parity_rows,
}


def evaluate(evaluation: Evaluation, only: list[str]) -> list[Row]:
    """Run the measurements in order and print each row as soon as it is known."""
    rows: list[Row] = []
    for name in only:
        started = time.monotonic()
        found = MEASUREMENTS[name](evaluation)
        rows += found
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
        for row in found:
            print(f"  {row.what}: {row.measured}  [{row.verdict}]", flush=True)
    return rows


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| what | measured | wanted | reached |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.measured} | {row.wanted} | {row.verdict} |" for row in rows]
    return "\n".join(lines)


def write_card(text: str, quick: bool, backend: str) -> None:
    """Put the table, and how it was made, between the card's two marks."""
    card = CARD.read_text(encoding="utf-8")
    before, _, rest = card.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        message = f"{CARD} lacks the marks {BEGIN} and {END}"
        raise SystemExit(message)
    command = "make -C recipes/inkling evaluate" + (" QUICK=1" if quick else "")
    note = (
        f"Made by `{command}` on {datetime.now().astimezone():%Y-%m-%d}, with {backend} in"
        f" {dtype_name(fast_dtype())}, on {os.cpu_count()} cores."
    )
    if quick:
        note += " These are few prompts: a share may be off by ten points or more."
    CARD.write_text(f"{before}{BEGIN}\n{note}\n\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=SHIPPED, help="a diffusers folder")
    parser.add_argument(
        "--torch", action="store_true", help="do not prepare the model for this machine"
    )
    parser.add_argument("--quick", action="store_true", help="fewer prompts")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=list(MEASUREMENTS))
    parser.add_argument("--figures", action="store_true", help="redraw docs/images/inkling-*.png")
    parser.add_argument("--card", action="store_true", help="write the table into docs/inkling.md")
    options = parser.parse_args()
    started = time.monotonic()
    sizes = QUICK if options.quick else Sizes()
    root = None if options.torch else prepared(options.model)
    with Drawer(options.model, prepared=root) as drawer:
        print(f"Drawing with {drawer.backend}.", flush=True)
        evaluation = Evaluation(options.model, drawer, load_judge(), Real(), sizes)
        rows = evaluate(evaluation, options.only)
        if options.figures:
            figures.draw_all(evaluation, ROOT / "docs/images")
    print(f"\n{table(rows)}\n")
    failed = sum(row.passed is not None and not row.passed for row in rows)
    demanded = sum(row.passed is not None for row in rows)
    minutes = (time.monotonic() - started) / 60
    print(f"{demanded - failed} of {demanded} demands reached, {minutes:.1f} minutes")
    if options.card:
        write_card(table(rows), options.quick, drawer.backend)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nstopped; what was drawn is kept, and the next run goes on from there")
