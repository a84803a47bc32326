"""What was prepared for a model, ready to be used."""

from pathlib import Path

import torch

from inkcloud.checkpoints.backends.backend import Backend
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.choice import BackendChoice
from inkcloud.checkpoints.backends.device import CPU
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.openvino_backend import NAME, OpenVinoBackend
from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
from inkcloud.checkpoints.backends.unet_facts import UnetFacts
from inkcloud.checkpoints.dtype import dtype_name
from inkcloud.domain.errors import CheckpointError
from inkcloud.models.prepared_files import MANIFEST


def find_prepared(
    root: Path | None,
    sha256: str,
    facts: UnetFacts,
    dtype: torch.dtype,
    device: torch.device,
    choice: BackendChoice,
) -> dict[CallShape, Backend]:
    """Return the backends that won against torch when the model was prepared, by shape.

    Args:
        root: the folder of prepared models, if there is one.
        sha256: the model's fingerprint.
        facts: its UNet's.
        dtype: the arithmetic that is wanted.
        device: where torch computes; on anything but the processor nothing is prepared.
        choice: what the caller wants.

    Raises:
        CheckpointError: if OpenVINO is wanted and nothing was prepared for it here.
    """
    found: dict[CallShape, Backend] = {}
    if root is not None and may_be_prepared(root, dtype, device, choice):
        folder = PreparedFolder(root, sha256, dtype_name(dtype))
        found = {
            shape: OpenVinoBackend(facts, folder.path / each.file, dtype, each.threads)
            for shape, each in folder.shapes(Machine.this()).items()
            if each.winner == NAME
        }
    if choice is BackendChoice.OPENVINO and not found:
        raise CheckpointError(
            "This model is not prepared for OpenVINO on this machine, in this arithmetic and "
            "with these versions. Run `inkcloud models prepare MODEL` first; it also says when "
            "torch is faster here.",
            field="backend",
            value=choice.value,
            allowed="auto, torch, or openvino for a model that was prepared for it",
        )
    return found


def may_be_prepared(
    root: Path | None, dtype: torch.dtype, device: torch.device, choice: BackendChoice
) -> bool:
    """Say whether any model was prepared in an arithmetic; which one only its hash tells."""
    if choice is BackendChoice.TORCH or root is None or device != CPU:
        return False
    return any(root.glob(f"*-{dtype_name(dtype)}/{MANIFEST}"))
