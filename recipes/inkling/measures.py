"""What the evaluation measures on pictures and features, as plain functions of arrays."""

import numpy as np
from PIL import Image

INK = 245
THUMBNAIL = 32


def frechet_distance(found: np.ndarray, real: np.ndarray, dimensions: int) -> float:
    """Return the Frechet distance between two sets of features (N, D).

    Both are first put on the `dimensions` main axes of the real ones, each scaled to unit
    variance, so that a few dozen pictures are enough to compare settings with one another.
    It is |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)).
    """
    centre = real.mean(0)
    _, strength, axes = np.linalg.svd(real - centre, full_matrices=False)
    scale = axes[:dimensions].T / (strength[:dimensions] / np.sqrt(len(real) - 1) + 1e-9)
    first, second = (found - centre) @ scale, (real - centre) @ scale
    cov_first, cov_second = np.cov(first.T), np.cov(second.T)
    values, vectors = np.linalg.eigh(cov_second)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ cov_first @ root).clip(0)).sum()
    gap = ((first.mean(0) - second.mean(0)) ** 2).sum()
    return float(gap + np.trace(cov_first) + np.trace(cov_second) - 2 * cross)


def centred(picture: np.ndarray, side: int, margin: float = 0.05) -> np.ndarray:
    """Return what is drawn in a picture (H, W, 3), cut out, in the middle of a white square."""
    drawn = picture.min(-1) < INK
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    canvas = Image.new("RGB", (side, side), "white")
    if len(rows) == 0:
        return np.asarray(canvas)
    cut = Image.fromarray(picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = side * (1 - 2 * margin) / max(cut.size)
    size = tuple(max(1, round(length * scale)) for length in cut.size)
    cut = cut.resize(size, Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.LANCZOS)
    canvas.paste(cut, ((side - size[0]) // 2, (side - size[1]) // 2))
    return np.asarray(canvas)


def halves(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut a picture of two things where the middle third has the least ink; centre each."""
    side = picture.shape[1]
    ink = (255 - picture.min(-1).astype(np.int64)).sum(0)
    middle = np.arange(side // 3, side - side // 3)
    # Among equally empty columns the one nearest to the middle.
    order = np.lexsort((np.abs(middle - side / 2), ink[middle]))
    cut = int(middle[order[0]])
    return centred(picture[:, :cut], side), centred(picture[:, cut:], side)


def thumbnails(pictures: np.ndarray) -> np.ndarray:
    """Return what each picture shows, centred, as vectors (N, 32*32*3) in 0 to 1."""
    small = [centred(picture, THUMBNAIL, margin=0) for picture in pictures]
    return np.stack(small).reshape(len(pictures), -1).astype(np.float32) / 255


def nearest(found: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each vector's distance (root mean square) to the nearest other one, and its row.

    The other pictures' mirror images count too.
    """
    best = np.full(len(found), np.inf, np.float32)
    rows = np.zeros(len(found), np.int64)
    for flip in (False, True):
        square = others.reshape(-1, THUMBNAIL, THUMBNAIL, 3)
        compared = (square[:, :, ::-1] if flip else square).reshape(len(others), -1)
        distances = (found**2).sum(1)[:, None] - 2 * found @ compared.T + (compared**2).sum(1)[None]
        closest = distances.argmin(1)
        value = np.sqrt(distances.min(1).clip(0) / found.shape[1])
        rows = np.where(value < best, closest, rows)
        best = np.minimum(best, value)
    return best, rows


def pairwise_distances(pictures: np.ndarray) -> np.ndarray:
    """Return the root mean square differences between all pictures of a set, each pair once."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32) / 255
    first, second = np.triu_indices(len(flat), 1)
    return np.sqrt(((flat[first] - flat[second]) ** 2).mean(1))


def peak_signal_to_noise(found: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Return the PSNR in dB of each picture (N, H, W, 3) uint8."""
    error = (found.astype(np.float32) - real.astype(np.float32)) / 255
    return -10 * np.log10((error**2).mean((1, 2, 3)).clip(1e-10))
