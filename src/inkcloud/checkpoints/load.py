"""From a model's files to a checkpoint that is ready to run."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from inkcloud.checkpoints.autoencoder import Autoencoder
from inkcloud.checkpoints.backends.backend import Backend
from inkcloud.checkpoints.backends.backends import Backends
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.choice import BackendChoice
from inkcloud.checkpoints.backends.device import CPU, best_device
from inkcloud.checkpoints.backends.find_prepared import find_prepared, may_be_prepared
from inkcloud.checkpoints.backends.torch_backend import TorchBackend
from inkcloud.checkpoints.backends.unet_facts import UnetFacts
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import AUTO, resolve_dtype
from inkcloud.checkpoints.late_module import LateModule
from inkcloud.checkpoints.memory import MemoryNeed, available_memory, check_memory
from inkcloud.checkpoints.opened_model import OpenedModel, open_model
from inkcloud.checkpoints.uncollected import uncollected
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
    whole: bool = True,
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
        whole: whether to return only when all is read. If not, a model that was prepared is
            returned while its prepared file is still being read, and its autoencoder is read
            when a picture first needs it; what is wrong with those is raised there.

    Raises:
        CheckpointError: for each way in which a model can be wrong, if it does not fit into
            memory, or if the backend "openvino" is wanted and the model was not prepared for it.
        InvalidRequest: for an unknown dtype or backend.
    """
    choice, device = BackendChoice.parse(backend), best_device()
    number = resolve_dtype(dtype, device)
    model = open_model(path, prediction)
    facts = UnetFacts.of(model.unet)
    unet = TorchBackend(LateModule.of(model.unet, number, device), number, device)
    autoencoder = Autoencoder.of(model.vae, number, device)

    def identify(stop: threading.Event) -> tuple[str, dict[CallShape, Backend]]:
        sha256 = model.fingerprint(stop)
        _check_fingerprint(sha256, expected_sha256)
        return sha256, find_prepared(prepared, sha256, facts, number, device, choice)

    late = not whole and may_be_prepared(prepared, number, device, choice)
    # Hashing takes as long as reading: it runs beside it, and beside the import of libraries.
    with _beside() as (thread, stop), uncollected():
        identifying = thread.submit(identify, stop)
        tokenizer, skeleton = model.tokenizer, model.text_encoder.skeleton()
        if not late:
            _check_others(model)
        if device == CPU:
            check_memory(MemoryNeed.of(model, number), available_memory())
        # Not before: what it takes would count as taken by others.
        readying = thread.submit(lambda: _ready(identifying.result()[1], facts))
        text_encoder = model.text_encoder.fill(skeleton, number).to(device)
        if prepared is None or not prepared.is_dir():
            unet.load()
        if not late:
            autoencoder.load()
        sha256, others = identifying.result()
        if _native(others, facts) is None:
            if late:
                _check_others(model)
                autoencoder.load()
            unet.load()
        elif not late:
            readying.result()
    return Checkpoint(
        name=name or path.resolve().name,
        sha256=sha256,
        dtype=number,
        device=device,
        tokenizer=tokenizer,
        text_encoder=text_encoder,
        unet_facts=facts,
        backends=Backends(unet, others),
        autoencoder=autoencoder,
        schedule=model.schedule,
        told_prediction=prediction,
    )


@contextmanager
def _beside() -> Iterator[tuple[ThreadPoolExecutor, threading.Event]]:
    """Give a thread, and what is set to end its work early when the work here fails."""
    stop = threading.Event()
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="loading")
    try:
        yield thread, stop
    except BaseException:
        stop.set()
        raise
    finally:
        thread.shutdown(wait=False)


def _check_others(model: OpenedModel) -> None:
    """Check what needs diffusers, whose import takes seconds.

    Of a model that was prepared this can wait: the very same bytes passed with the very same
    version of diffusers when it was prepared.
    """
    model.unet.skeleton()
    model.vae.skeleton()


def _native(others: Mapping[CallShape, Backend], facts: UnetFacts) -> Backend | None:
    """Return what was prepared for the native size: a request that names no size needs it."""
    shapes = [shape for shape in others if (shape.height, shape.width) == facts.sample_size]
    return others[max(shapes)] if shapes else None


def _ready(others: Mapping[CallShape, Backend], facts: UnetFacts) -> None:
    native = _native(others, facts)
    if native is not None:
        native.load()


def _check_fingerprint(found: str, expected: str | None) -> None:
    if expected is not None and found != expected.lower():
        raise CheckpointError(
            "The model's files are not those that were recorded: they are damaged or were "
            "changed. Fetch or add the model again.",
            field="sha256",
            value=found,
            allowed=expected,
        )
