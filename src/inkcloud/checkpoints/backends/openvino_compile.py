"""From a torch UNet to OpenVINO's compiled form in a file."""

import gc
import importlib
import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor, nn

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.lean_unet import convolution_sizes, make_lean
from inkcloud.checkpoints.backends.machine import has_matrix_unit
from inkcloud.checkpoints.backends.openvino_backend import DEVICE, compile_settings
from inkcloud.checkpoints.backends.openvino_library import openvino
from inkcloud.checkpoints.backends.unet_facts import UnetFacts


def compile_unet(
    build: Callable[[], nn.Module],
    facts: UnetFacts,
    shape: CallShape,
    tokens: int,
    threads: int,
    file: Path,
    winograd: bool = True,
) -> None:
    """Convert the UNet for one shape of call and write it to a file.

    Args:
        build: returns a module that nothing else uses: it is changed.
        facts: the UNet's.
        shape: of the call.
        tokens: how many token states a row attends to.
        threads: how many it is to compute on.
        file: where to write; the caller moves it to its place when it is whole.
        winograd: whether large convolutions are computed in fewer multiplications, which rounds
            a little more.
    """
    module = build()
    dtype = next(module.parameters()).dtype
    call, example = _Call(module), _example(facts, shape, tokens)
    # Where tiles of bfloat16 are multiplied, a plain convolution takes a third of the time, and
    # what is added before and after would not; it has not been measured there.
    fewer = winograd and not (dtype == torch.bfloat16 and has_matrix_unit())
    make_lean(module, convolution_sizes(call, example) if fewer else {})
    model, source = _converted(call, example)
    settings = compile_settings(dtype, threads)
    compiled = openvino().Core().compile_model(model, DEVICE, settings)
    with file.open("wb") as opened:
        compiled.export_model(_Stream(opened))
    # Until here OpenVINO reads the memory of these: writing reads the constants again.
    del compiled, model, source, call, module
    gc.collect()


def _example(facts: UnetFacts, shape: CallShape, tokens: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return latents, a timestep's waves and token states of the shape of a call."""
    return (
        torch.zeros(shape.rows, facts.channels, shape.height, shape.width),
        torch.zeros(shape.rows, facts.time_width),
        torch.zeros(shape.rows, tokens, facts.text_width),
    )


def _converted(call: nn.Module, example: tuple[Tensor, ...]) -> tuple[Any, Any]:
    """Return OpenVINO's model, and what must live as long as it does."""
    library = openvino()
    decoder = importlib.import_module("openvino.frontend.pytorch.ts_decoder")
    # OpenVINO shares torch's memory, and of a weight that lies channels-last it would share a
    # copy that is gone before it is read (seen: values that are not numbers).
    for weight in call.parameters():
        weight.data = weight.data.contiguous()
    with warnings.catch_warnings(), torch.no_grad():
        # The tracer warns of every shape that becomes a constant, as it is meant to.
        warnings.simplefilter("ignore")
        traced = decoder.TorchScriptPythonDecoder(
            call,
            example_input=example,
            shared_memory=True,
            trace_kwargs={"check_trace": False},
        )
        frontend = library.frontend.FrontEndManager().load_by_framework("pytorch")
        model = frontend.convert(frontend.load(traced))
    model.reshape(
        {place: library.PartialShape(list(each.shape)) for place, each in enumerate(example)}
    )
    return model, traced


class _Call(nn.Module):
    """A UNet whose inputs and output are float32 and whose arithmetic is its own.

    It is given a timestep's sines and cosines. Where it computes them itself, OpenVINO rounds
    the timestep to bfloat16's 8 bits first (900 becomes 900 or 904), and a call was off by
    5 % where torch in bfloat16 was off by 1.4 %.
    """

    def __init__(self, unet: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.unet = unet
        self._dtype = next(unet.parameters()).dtype
        unet.get_time_embed = lambda sample, timestep: timestep.to(sample.dtype)

    def forward(self, latents: Tensor, waves: Tensor, text: Tensor) -> Tensor:
        """Run it; `waves` are `UnetFacts.time_waves`, the rest is as for `Backend.predict`."""
        output: Tensor = self.unet(
            latents.to(self._dtype),
            waves,
            encoder_hidden_states=text.to(self._dtype),
            return_dict=False,
        )[0]
        return output.float()


class _Stream(io.BytesIO):
    """Passes on to a file what OpenVINO writes, as it takes no other kind of stream."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def write(self, data: Any) -> int:  # noqa: ANN401
        """Write to the file."""
        return self._file.write(data)

    def seek(self, place: int, whence: int = 0) -> int:
        """Move in the file: the header is written last."""
        return self._file.seek(place, whence)

    def tell(self) -> int:
        """Return the place in the file."""
        return self._file.tell()

    def flush(self) -> None:
        """Pass the flush on."""
        if not self._file.closed:
            self._file.flush()
