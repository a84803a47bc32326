"""Training batches for the judge: real pictures, moved, recoloured, paired and worn."""

import json
import re
from dataclasses import dataclass

import numpy as np
import torch
from arithmetic import fast
from judge import HELD_OUT_STYLE, SIDE
from paths import DATASET
from torch import Tensor
from torch.nn import functional
from train_autoencoder import load_average

STORED_SIDE = 128
ROWS = 64
PAIR_SHARE = 0.2
RECOLOURED_SHARE = 0.3
RECONSTRUCTED_EVERY = 3
COLOUR_WORDS = re.compile(
    r"\b(red|orange|yellow|green|blue|purple|pink|brown|black|white|grey|light)\b"
)


@dataclass(frozen=True)
class RealPictures:
    """Real pictures (N, 128, 128, 3) uint8, what each shows, and whether it may be trained on."""

    pictures: np.ndarray
    names: list[str]
    trained: np.ndarray


def real_pictures() -> RealPictures:
    """Return every picture of a drawable thing; one whole style is not to be trained on."""
    records = [json.loads(line) for line in (DATASET / "records.jsonl").open()]
    rows = drawable_rows()
    stored = np.load(DATASET / "pictures.npy", mmap_mode="r")
    small = np.concatenate([_shrunk(stored[part]) for part in _parts(rows)])
    trained = np.array([records[row]["style"] != HELD_OUT_STYLE for row in rows])
    return RealPictures(small, [records[row]["name"] for row in rows], trained)


def reconstructions() -> np.ndarray:
    """Return what the autoencoder makes of every third real picture; cached.

    Returns:
        (N, 128, 128, 3) uint8.

    They are as real as what they were made from, and wear the decoder's marks, which must not
    throw the judge.
    """
    path = DATASET / "judge-reconstructions.npy"
    pictures = DATASET / "pictures.npy"
    if path.exists() and path.stat().st_mtime > pictures.stat().st_mtime:
        return np.load(path)
    rows = drawable_rows()[::RECONSTRUCTED_EVERY]
    stored = np.load(pictures, mmap_mode="r")
    model = load_average()
    made = []
    for done, part in enumerate(_parts(rows), 1):
        pixels = torch.from_numpy(stored[part]).permute(0, 3, 1, 2).float().div(127.5).sub(1)
        with torch.inference_mode(), fast():
            latent = model.encoder(pixels.to(memory_format=torch.channels_last))
            decoded = model.decoder(latent)
        decoded = decoded.float().clamp(-1, 1).add(1).mul(127.5).round().byte()
        made.append(_shrunk(decoded.permute(0, 2, 3, 1).numpy()))
        print(f"reconstructed {min(done * 64, len(rows))} of {len(rows)} pictures", flush=True)
    found = np.concatenate(made)
    partial = path.with_suffix(".partial.npy")
    np.save(partial, found)
    partial.rename(path)
    return found


def drawable_rows() -> list[int]:
    """Return the rows of `pictures.npy` that show a drawable thing."""
    records = [json.loads(line) for line in (DATASET / "records.jsonl").open()]
    return [index for index, record in enumerate(records) if record["train"]]


def _parts(rows: list[int]) -> list[list[int]]:
    return [rows[start : start + 64] for start in range(0, len(rows), 64)]


def _shrunk(pictures: np.ndarray) -> np.ndarray:
    picture = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    picture = functional.interpolate(
        picture, (STORED_SIDE, STORED_SIDE), mode="bilinear", antialias=True
    )
    return picture.round().byte().permute(0, 2, 3, 1).contiguous().numpy()


class JudgeBatches:
    """Endless random batches from the pictures that may be trained on."""

    def __init__(self, real: RealPictures, names: list[str]) -> None:
        rows = np.flatnonzero(real.trained)
        self._originals = torch.from_numpy(real.pictures[rows]).permute(0, 3, 1, 2).contiguous()
        self._made = torch.from_numpy(reconstructions()).permute(0, 3, 1, 2).contiguous()
        every = RECONSTRUCTED_EVERY
        # Where each picture's reconstruction is, -1 if it was not made.
        self._made_rows = torch.tensor([-1 if row % every else row // every for row in rows])
        places = {name: index for index, name in enumerate(names)}
        self._labels = torch.tensor([places[real.names[row]] for row in rows])
        self._plain = torch.tensor([not COLOUR_WORDS.search(real.names[row]) for row in rows])
        self._classes = len(names)

    def draw(self) -> tuple[Tensor, Tensor]:
        """Return pictures (ROWS, 3, 96, 96) in [-1, 1] and targets (ROWS, names) that sum to 1."""
        rows = torch.randint(len(self._labels), (ROWS,))
        others = torch.randint(len(self._labels), (ROWS,))
        paired = torch.rand(ROWS) < PAIR_SHARE
        single = moved(self._ink(rows), *single_places())
        first = torch.rand(ROWS) < 0.5
        left = moved(self._ink(rows[paired]), *half_places(first[paired]))
        right = moved(self._ink(others[paired]), *half_places(~first[paired]))
        ink = single
        # Where two pictures meet, the darker ink of each channel stays.
        ink[paired] = torch.maximum(left, right)
        targets = functional.one_hot(self._labels[rows], self._classes).float()
        second = functional.one_hot(self._labels[others], self._classes).float()
        targets[paired] = (targets[paired] + second[paired]) / 2
        picture = worn(1 - ink).clamp(0, 1).mul(2).sub(1)
        return picture.contiguous(memory_format=torch.channels_last), targets

    def _ink(self, rows: Tensor) -> Tensor:
        """Return 1 - picture, so that what is beyond the edge is white."""
        picture = self._originals[rows]
        made = (self._made_rows[rows] >= 0) & (torch.rand(len(rows)) < 0.7)
        picture[made] = self._made[self._made_rows[rows[made]]]
        picture = picture.float().div(255)
        turned = (torch.rand(len(rows)) < RECOLOURED_SHARE) & self._plain[rows]
        return 1 - recoloured(picture, turned)


def recoloured(picture: Tensor, turned: Tensor) -> Tensor:
    """Turn the hue a little everywhere, and by any angle where `turned`; vary the contrast."""
    count = len(picture)
    angle = torch.where(turned, torch.rand(count) * 6.28, torch.randn(count) * 0.08)
    saturation = 1 + 0.2 * torch.randn(count)
    to_luma = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    cosine, sine = saturation * angle.cos(), saturation * angle.sin()
    zero, one = torch.zeros(count), torch.ones(count)
    turn = torch.stack([one, zero, zero, zero, cosine, -sine, zero, sine, cosine], -1)
    matrix = torch.linalg.inv(to_luma) @ turn.view(-1, 3, 3) @ to_luma
    picture = torch.einsum("nij,njhw->nihw", matrix, picture)
    # Contrast about white: the ground stays white.
    contrast = (1 + 0.15 * torch.randn(count)).view(-1, 1, 1, 1)
    return (1 - contrast * (1 - picture)).clamp(0, 1)


def single_places() -> tuple[Tensor, Tensor, Tensor]:
    """Return scale, shift and turn of ROWS pictures that stand alone."""
    scale = torch.empty(ROWS).uniform_(0.55, 1.12)
    shift = torch.rand(ROWS, 2).mul(2).sub(1) * (1.15 - scale)[:, None].clamp_min(0.08)
    return scale, shift, torch.randn(ROWS) * 0.12


def half_places(left: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return scale, shift and turn of pictures in one half."""
    count = len(left)
    scale = torch.empty(count).uniform_(0.38, 0.58)
    across = torch.where(left, -0.5, 0.5) + 0.06 * torch.randn(count)
    shift = torch.stack([across, 0.25 * torch.randn(count)], -1)
    return scale, shift, torch.randn(count) * 0.1


def moved(ink: Tensor, scale: Tensor, shift: Tensor, turn: Tensor) -> Tensor:
    """Draw pictures smaller, shifted, turned and mirrored at random onto 96 pixels."""
    count = len(ink)
    if count == 0:
        return ink.new_zeros((0, 3, SIDE, SIDE))
    mirror = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    stretch = (0.1 * torch.randn(count)).exp()
    cosine, sine = turn.cos(), turn.sin()
    linear = torch.stack(
        [mirror * cosine / stretch, -mirror * sine / stretch, sine * stretch, cosine * stretch], -1
    ).view(-1, 2, 2) / scale.view(-1, 1, 1)
    offset = -(linear @ shift[..., None])
    grid = functional.affine_grid(
        torch.cat([linear, offset], -1), [count, 3, SIDE, SIDE], align_corners=False
    )
    return functional.grid_sample(ink, grid, align_corners=False)


def worn(picture: Tensor) -> Tensor:
    """Blur, quantise as JPEG does, and add noise, each to some of the pictures in [0, 1]."""
    count = len(picture)
    blurred = torch.rand(count) < 0.3
    if blurred.any():
        side = int(torch.randint(30, 78, ()))
        small = functional.interpolate(
            picture[blurred], (side, side), mode="bilinear", antialias=True
        )
        picture[blurred] = functional.interpolate(
            small, (SIDE, SIDE), mode="bicubic", align_corners=False
        )
    quantised = torch.rand(count) < 0.2
    if quantised.any():
        picture[quantised] = block_quantised(picture[quantised], float(torch.rand(())) * 0.25)
    noise = torch.rand(count, 1, 1, 1).square() * 0.08 * (torch.rand(count, 1, 1, 1) < 0.4)
    return picture + noise * torch.randn_like(picture)


def block_quantised(picture: Tensor, step: float) -> Tensor:
    """Round the cosine coefficients of 8x8 blocks, the coarser the finer the detail."""
    place = torch.arange(8)
    basis = torch.cos(torch.pi / 8 * (place + 0.5) * place[:, None]) / 2
    basis[0] /= 2**0.5
    blocks = picture.unfold(2, 8, 8).unfold(3, 8, 8)
    steps = (0.01 + step * (place[:, None] + place) / 7).clamp_min(0.01)
    found = basis @ blocks @ basis.T
    restored = basis.T @ ((found / steps).round() * steps) @ basis
    return restored.transpose(3, 4).reshape(picture.shape)
