"""A process that inspects one model.

    python -m inkcloud.checkpoints.inspect_process PATH [--prediction epsilon|v_prediction]

prints the facts as JSON and ends with 0, or the error as JSON and ends with 1.
"""

import argparse
import gc
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from inkcloud.checkpoints.uncollected import uncollected
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.noise_schedule import Prediction


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a model's facts or what is wrong with it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m inkcloud.checkpoints.inspect_process")
    parser.add_argument("path", type=Path)
    parser.add_argument("--prediction", type=Prediction, choices=list(Prediction))
    chosen = parser.parse_args(arguments)
    try:
        with uncollected():
            from inkcloud.checkpoints.inspect import inspect_model

            facts = inspect_model(chosen.path, chosen.prediction)
    except InkcloudError as error:
        print(json.dumps(error.as_dict()))
        return 1
    print(json.dumps(asdict(facts)))
    return 0


if __name__ == "__main__":
    code = main()
    gc.freeze()  # the end of the process frees everything anyhow
    sys.exit(code)
