"""A model's facts, found by a process of their own.

The process that asks imports no torch for it, and whatever a hostile file does happens
elsewhere.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from inkcloud.domain.errors import CheckpointError, InkcloudError
from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.models.manifest import decode_facts

MODULE = "inkcloud.checkpoints.inspect_process"
PATIENCE_SECONDS = 300.0
_SHOWN = 300

Inspect = Callable[[Path, Prediction | None], ModelFacts]


def inspect(path: Path, prediction: Prediction | None) -> ModelFacts:
    """Return the facts of a model's folder or of one safetensors file; shapes are checked.

    Args:
        path: the folder or file.
        prediction: what the UNet predicts, where the model does not say it.

    Raises:
        CheckpointError: if it cannot be loaded; with the field "prediction" if that must be
            known first.
    """
    command = [sys.executable, "-m", MODULE, str(path)]
    if prediction is not None:
        command += ["--prediction", prediction.value]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            # Only headers are read: one thread is enough beside whatever else runs.
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise _failed(path, f"no end within {PATIENCE_SECONDS:.0f} seconds") from None
    try:
        data = json.loads(done.stdout)
        if done.returncode == 0:
            return decode_facts(data)
        error = InkcloudError.from_dict(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise _failed(path, words[-1][:_SHOWN] if words else f"code {done.returncode}") from None
    raise error


def _failed(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        f"The model could not be inspected: {reason}.", field="model", value=str(path)
    )
