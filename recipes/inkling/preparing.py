"""Has the model prepared for this machine, as `inkcloud models prepare` does."""

from pathlib import Path

from arithmetic import fast_dtype
from paths import CACHE

from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.prepared_folder import PREPARED, PreparedFolder
from inkcloud.checkpoints.dtype import dtype_name
from inkcloud.checkpoints.fingerprint import fingerprint
from inkcloud.engine.preparation import Stage
from inkcloud.engine.prepare import Wanted, prepare_model


def prepared(model: Path) -> Path:
    """Return the folder of prepared models, with this one in it; it takes a minute once."""
    root = CACHE / PREPARED
    if not PreparedFolder(root, fingerprint(model), dtype_name(fast_dtype())).shapes(
        Machine.this()
    ):
        outcome = prepare_model(Wanted(path=model, root=root), _tell)
        print(f"Prepared: {outcome.winner} is the fastest here.", flush=True)
    return root


def _tell(stage: Stage) -> None:
    if not stage.done:
        print(f"  {stage.text}", flush=True)
