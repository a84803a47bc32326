"""From a model's files to a checkpoint that is ready to run."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import nn

from inkcloud.checkpoints.backends.backend import Backend
from inkcloud.checkpoints.backends.backends import Backends
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.choice import BackendChoice
from inkcloud.checkpoints.backends.device import CPU, best_device
from inkcloud.checkpoints.backends.find_prepared import find_prepared
from inkcloud.checkpoints.backends.torch_backend import TorchBackend
from inkcloud.checkpoints.backends.unet_facts import UnetFacts
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import AUTO, resolve_dtype
from inkcloud.checkpoints.file_stamps import FileStamps
from inkcloud.checkpoints.memory import MemoryNeed, available_memory, check_memory
from inkcloud.checkpoints.modules import Part
from inkcloud.checkpoints.opened_model import open_model
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import Prediction


def load_checkpoint(
    path: Path,
    *,
    dtype: str = AUTO,
    name: str | None = None,
    prediction: Prediction | None = None,
    expected_sha256: str | None = None,
    backend: str = BackendChoice.AUTO,
    prepared: Path | None = None,
) -> Checkpoint:
    """Load a folder in diffusers' format or a single file, from safetensors only.

    Everything small is read and checked first; weights are read last, each straight into
    the wanted dtype. Where another backend was prepared for the model's native size, the
    UNet's weights are not read until torch is needed for another.

    Args:
        path: the model's folder, or one .safetensors file in the original layout.
        dtype: "auto", "float32", "bfloat16" or "float16".
        name: what the model is called; the folder's or file's name by default.
        prediction: what the UNet predicts, for a model that does not say it; it also
            overrides what the model says.
        expected_sha256: the fingerprint that the model must have, if it is known.
        backend: "auto", "torch" or "openvino".
        prepared: the folder of prepared models; without one torch computes everything.

    Raises:
        CheckpointError: for each way in which a model can be wrong, if it does not fit into
            memory, or if the backend "openvino" is wanted and the model was not prepared for it.
        InvalidRequest: for an unknown dtype or backend.
    """
    choice, device = BackendChoice.parse(backend), best_device()
    number = resolve_dtype(dtype, device)
    model = open_model(path, prediction)
    facts = UnetFacts.of(model.unet)
    skeletons = [part.skeleton() for part in model.parts]
    if device == CPU:
        check_memory(MemoryNeed.of(model, number), available_memory())
    unet = _torch_backend(model.unet, skeletons[1], number, device)
    # Hashing takes as long as reading: it runs beside it.
    with ThreadPoolExecutor(max_workers=1) as beside:
        hashing = beside.submit(model.fingerprint)
        text_encoder = model.text_encoder.fill(skeletons[0], number).to(device)
        vae = model.vae.fill(skeletons[2], number).to(device)
        if prepared is None or not prepared.is_dir():
            unet.load()
        sha256 = hashing.result()
    _check_fingerprint(sha256, expected_sha256)
    others = find_prepared(prepared, sha256, facts, number, device, choice)
    _load_native(unet, others, facts)
    return Checkpoint(
        name=name or path.resolve().name,
        sha256=sha256,
        dtype=number,
        device=device,
        tokenizer=model.tokenizer,
        text_encoder=text_encoder,
        unet_facts=facts,
        backends=Backends(unet, others),
        vae=vae,
        schedule=model.schedule,
        told_prediction=prediction,
    )


def _torch_backend(
    part: Part, skeleton: nn.Module, dtype: torch.dtype, device: torch.device
) -> TorchBackend:
    stamps = FileStamps.of({file for file, _, _ in part.weights.entries.values()})

    def build() -> nn.Module:
        """Read the weights, perhaps long after the files were hashed."""
        stamps.check()
        module = part.fill(skeleton, dtype).to(device)
        stamps.check()
        return module

    return TorchBackend(build, dtype, device)


def _load_native(unet: TorchBackend, others: Mapping[CallShape, Backend], facts: UnetFacts) -> None:
    """Load what a request for the native size will need; the rest waits until it is needed."""
    native = [shape for shape in others if (shape.height, shape.width) == facts.sample_size]
    (others[max(native)] if native else unet).load()


def _check_fingerprint(found: str, expected: str | None) -> None:
    if expected is not None and found != expected.lower():
        raise CheckpointError(
            "The model's files are not those that were recorded: they are damaged or were "
            "changed. Fetch or add the model again.",
            field="sha256",
            value=found,
            allowed=expected,
        )
