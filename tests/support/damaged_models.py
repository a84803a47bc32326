"""Random damage to a model's files, and what comes of each damaged variant."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.events import Failed
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.engine.picture_file import read_png
from support.engine_run import running_engine, submit

Damage = Callable[[random.Random, bytearray], None]

REFUSED = "refused"
NOTICED = "refused by its fingerprint"
SAME = "renders the same picture"
SILENT = "RENDERS ANOTHER PICTURE IN SILENCE"
UNCLEAR = "REFUSED WITHOUT CLEAR WORDS"
GOOD = frozenset({REFUSED, NOTICED, SAME})
HEADER_REACH = 60_000


def _flip_bit(draw: random.Random, data: bytearray) -> None:
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _flip_bit_in_front(draw: random.Random, data: bytearray) -> None:
    data[draw.randrange(min(len(data), HEADER_REACH))] ^= 1 << draw.randrange(8)


def _change_bytes(draw: random.Random, data: bytearray) -> None:
    for _ in range(draw.choice((2, 8, 64))):
        data[draw.randrange(len(data))] = draw.randrange(256)


def _truncate(draw: random.Random, data: bytearray) -> None:
    del data[draw.randrange(len(data)) :]


def _truncate_in_front(draw: random.Random, data: bytearray) -> None:
    del data[draw.randrange(min(len(data), HEADER_REACH)) :]


def _empty_a_run(draw: random.Random, data: bytearray) -> None:
    start = draw.randrange(len(data))
    end = min(len(data), start + draw.choice((1, 512, 4096, 65536)))
    data[start:end] = bytes(end - start)


def _remove_a_run(draw: random.Random, data: bytearray) -> None:
    start = draw.randrange(len(data))
    del data[start : start + draw.choice((1, 4, 4096))]


def _append(draw: random.Random, data: bytearray) -> None:
    data += draw.randbytes(draw.choice((1, 8, 4096)))


def _swap_runs(draw: random.Random, data: bytearray) -> None:
    size = min(512, len(data) // 2)
    one, other = draw.randrange(len(data) - size), draw.randrange(len(data) - size)
    data[one : one + size], data[other : other + size] = (
        data[other : other + size],
        data[one : one + size],
    )


DAMAGES: tuple[Damage, ...] = (
    _flip_bit,
    _flip_bit,
    _flip_bit_in_front,
    _flip_bit_in_front,
    _change_bytes,
    _truncate,
    _truncate_in_front,
    _empty_a_run,
    _remove_a_run,
    _append,
    _swap_runs,
)


@dataclass(frozen=True)
class Verdict:
    """What came of one variant.

    Attributes:
        what: file and damage, for people.
        outcome: one of the words above.
        unrecorded: what came of it where no fingerprint was recorded; "" if nobody asked.
        detail: the error's text.
    """

    what: str
    outcome: str
    unrecorded: str
    detail: str


class DamagedModels:
    """Damages copies of one whole model.

    Args:
        model: a folder or a file that loads.
        scratch: where the copy may be.
    """

    def __init__(self, model: Path, scratch: Path) -> None:
        self._copy = scratch / model.name
        if model.is_dir():
            shutil.copytree(model, self._copy)
            # Damage to what loading never reads must change nothing.
            (self._copy / "README.md").write_text("About this model.\n" * 9)
        else:
            shutil.copy(model, self._copy)
        whole = load_checkpoint(model, dtype="float32")
        self._sha256 = whole.sha256
        self._picture = _picture(whole)
        files = [self._copy] if model.is_file() else sorted(self._copy.rglob("*.*"))
        self._files = [file for file in files if file.is_file()]

    def variant(self, seed: int) -> Verdict:
        """Damage one file at random, see what happens, and put it back."""
        draw = random.Random(seed)
        weights = [4 if file.suffix == ".safetensors" else 1 for file in self._files]
        (file,) = draw.choices(self._files, weights)
        damage = draw.choice(DAMAGES)
        original = file.read_bytes()
        data = bytearray(original)
        damage(draw, data)
        try:
            file.write_bytes(data)
            what = f"{seed}: {file.relative_to(self._copy.parent)}, {damage.__name__.strip('_')}"
            return self._verdict(what)
        finally:
            file.write_bytes(original)

    def _verdict(self, what: str) -> Verdict:
        try:
            loaded = load_checkpoint(self._copy, dtype="float32", expected_sha256=self._sha256)
        except CheckpointError as error:
            if not _clear(error):
                return Verdict(what, UNCLEAR, "", repr(error.as_dict()))
            if error.field == "sha256":
                return Verdict(what, NOTICED, self._without_record(), error.message)
            return Verdict(what, REFUSED, "", error.message)
        alike = np.array_equal(_picture(loaded), self._picture)
        return Verdict(what, SAME if alike else SILENT, "", "")

    def _without_record(self) -> str:
        """Say what comes of it where nobody knows the fingerprint: it must not crash or hang."""
        picture = _picture(load_checkpoint(self._copy, dtype="float32"))
        if picture is None:
            return "gives values that are not numbers"
        return "same picture" if np.array_equal(picture, self._picture) else "another picture"


def _clear(error: CheckpointError) -> bool:
    """Whether an error names a file or a setting, in few words on one line."""
    return bool(error.field) and 10 < len(error.message) < 600 and error.message.isprintable()


def _picture(checkpoint) -> np.ndarray | None:
    """Return a small picture, or None if the model gives values that are not numbers.

    Raises:
        InkcloudError: whatever else ended it.
    """
    request = GenerationRequest(
        prompt="a photo of an octopus",
        num_inference_steps=1,
        scheduler=SamplerName.DDIM,
        guidance_scale=2.0,
        seed=1,
        width=64,
        height=64,
    )
    with running_engine(checkpoint) as engine:
        watched = submit(engine, request)
        end = watched.wait()
    if isinstance(end, Failed):
        if isinstance(end.error, CheckpointError) and "not numbers" in end.error.message:
            return None
        raise end.error
    return read_png(watched.finished().pictures[0].png)[0]
