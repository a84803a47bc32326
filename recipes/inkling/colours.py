"""Which colour a drawing mostly has: counted over its coloured pixels, nothing learned."""

import numpy as np

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
LEAST_SATURATION = 0.2
LEAST_VALUE = 0.15
# Hues in degrees, where each colour begins; red goes round the end of the circle.
_BEGINS = ((11, "orange"), (38, "yellow"), (68, "green"), (170, "blue"), (252, "purple"))
_PINK_BEGINS, _RED_BEGINS = 298, 338


def hue_saturation_value(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return hue in degrees, saturation and value in 0 to 1 of uint8 pictures (..., 3)."""
    colour = pictures.astype(np.float32) / 255
    value, low = colour.max(-1), colour.min(-1)
    chroma = value - low
    red, green, blue = np.moveaxis(colour, -1, 0)
    safe = np.maximum(chroma, 1e-6)
    hue = np.select(
        [value == red, value == green],
        [((green - blue) / safe) % 6, (blue - red) / safe + 2],
        (red - green) / safe + 4,
    )
    return hue * 60, chroma / np.maximum(value, 1e-6), value


def colour_shares(picture: np.ndarray) -> dict[str, float]:
    """Return each colour's share of the chroma of a uint8 picture (H, W, 3); grey has none."""
    hue, saturation, value = hue_saturation_value(picture)
    chroma = saturation * value
    coloured = (saturation >= LEAST_SATURATION) & (value >= LEAST_VALUE)
    kinds = np.full(hue.shape, "red", dtype="<U6")
    for begin, colour in _BEGINS:
        kinds[hue >= begin] = colour
    kinds[(hue >= _PINK_BEGINS) & (hue < _RED_BEGINS)] = "pink"
    reddish = (hue >= _RED_BEGINS) | (hue < _BEGINS[0][0])
    kinds[reddish] = "red"
    kinds[reddish & (saturation < 0.55) & (value > 0.8)] = "pink"
    kinds[(kinds == "orange") & (value < 0.68)] = "brown"
    warm = (hue >= _RED_BEGINS) | (hue < _BEGINS[1][0])
    kinds[warm & (value < 0.78) & (saturation < 0.62)] = "brown"
    total = float(chroma[coloured].sum())
    if total == 0:
        return dict.fromkeys(COLOURS, 0.0)
    return {colour: float(chroma[coloured & (kinds == colour)].sum()) / total for colour in COLOURS}


def main_colour(picture: np.ndarray) -> str:
    """Return the colour with the largest share, or "grey" for a picture without any."""
    shares = colour_shares(picture)
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] > 0 else "grey"


def mean_saturation(picture: np.ndarray) -> float:
    """Return the mean saturation of what is not the white ground, 0 to 1."""
    _, saturation, _ = hue_saturation_value(picture)
    drawn = picture.min(-1) < 240
    return float(saturation[drawn].mean()) if drawn.any() else 0.0
