"""From a model's name or path to a checkpoint that is ready to run."""

import os

from inkcloud.checkpoints.backends.choice import BackendChoice
from inkcloud.checkpoints.backends.prepared_folder import prepared_dir
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import AUTO
from inkcloud.checkpoints.fingerprint import recorded_fingerprint
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.locate import find_model
from inkcloud.domain.noise_schedule import Prediction


def load_model(
    model: str,
    dtype: str = AUTO,
    prediction: Prediction | None = None,
    backend: str = BackendChoice.AUTO,
    *,
    whole: bool = True,
) -> Checkpoint:
    """Load a model of the store, the built-in one, or one that lies at a path.

    Args:
        model: as `locate` takes it. A stored model keeps its name in records.
        dtype: "auto", "float32", "bfloat16" or "float16".
        prediction: what the UNet predicts; what the store or the model says by default.
        backend: "auto" (what was prepared on this machine), "torch" or "openvino".
        whole: whether to return only when all is read; see `load_checkpoint`.

    Raises:
        CheckpointError: if there is no such model, it cannot be loaded, or the files of a
            stored one are not those that were recorded.
        InvalidRequest: for an unknown dtype or backend.
    """
    found = find_model(model)
    expected = None
    if found.digests is not None:
        expected = recorded_fingerprint(found.path, found.digests)
    return load_checkpoint(
        found.path,
        dtype=dtype,
        name=found.name,
        prediction=found.prediction if prediction is None else prediction,
        backend=backend,
        prepared=prepared_dir(os.environ),
        expected_sha256=expected,
        whole=whole,
    )
