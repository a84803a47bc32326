"""Colour variants of a picture: the hue that dominates it, turned into another one."""

import re
from dataclasses import dataclass

import numpy as np
from PIL import Image

SATURATED = 0.3
LEAST_SHARE_OF_THING = 0.3  # of what is not white
LEAST_SHARE_OF_HUE = 0.75  # of what is saturated
NEAR = 40.0  # degrees


@dataclass(frozen=True)
class Colour:
    """A hue in degrees, and factors for saturation and brightness."""

    hue: float
    saturation: float = 1.0
    value: float = 1.0


COLOURS = {
    "red": Colour(0),
    "orange": Colour(28),
    "yellow": Colour(52, value=1.15),
    "green": Colour(120, value=0.95),
    "blue": Colour(215),
    "purple": Colour(275),
    "pink": Colour(335, saturation=0.55, value=1.2),
    "brown": Colour(24, saturation=0.85, value=0.6),
    "black": Colour(0, saturation=0.1, value=0.25),
    "gray": Colour(0, saturation=0.05, value=0.8),
}
WORDS = re.compile(r"\b(" + "|".join([*COLOURS, "white", "grey", "golden?", "light"]) + r")\b")


def hsv(picture: np.ndarray) -> np.ndarray:
    """Return hue (degrees), saturation and value (0 to 1) of an RGB picture, (H, W, 3)."""
    values = np.asarray(Image.fromarray(picture).convert("HSV"), np.float32)
    return values * np.array([360 / 256, 1 / 255, 1 / 255], np.float32)


def distance(hue: np.ndarray, other: float) -> np.ndarray:
    """Return the angle between hues, -180 to 180 degrees."""
    return (hue - other + 180) % 360 - 180


def dominant_hue(picture: np.ndarray) -> float | None:
    """Return the hue that most of a picture's thing has, or None if there is no such hue."""
    hue, saturation, value = np.moveaxis(hsv(picture), 2, 0)
    thing = (saturation > 0.08) | (value < 0.92)
    vivid = thing & (saturation > SATURATED) & (value > 0.2)
    if vivid.sum() < LEAST_SHARE_OF_THING * max(1, thing.sum()):
        return None
    weights = saturation[vivid]
    histogram = np.histogram(hue[vivid], bins=36, range=(0, 360), weights=weights)[0]
    smooth = sum(np.roll(histogram, shift) for shift in (-1, 0, 1))
    peak = 10.0 * float(np.argmax(smooth)) + 5
    near = np.abs(distance(hue[vivid], peak)) < NEAR
    return peak if weights[near].sum() > LEAST_SHARE_OF_HUE * weights.sum() else None


def recoloured(picture: np.ndarray, peak: float, colour: Colour) -> np.ndarray:
    """Turn the dominant hue of a picture, uint8 (H, W, 3), into a colour."""
    values = hsv(picture)
    hue, saturation, value = np.moveaxis(values, 2, 0)
    near = (np.abs(distance(hue, peak)) < NEAR) & (saturation > 0.12)
    # Pale parts change less, so that highlights and edges stay as they are.
    share = np.clip((saturation - 0.12) / 0.2, 0, 1) * near
    turned = (colour.hue + 0.5 * distance(hue, peak)) % 360
    values[..., 0] = np.where(near, turned, hue)
    values[..., 1] = saturation * (1 + share * (colour.saturation - 1))
    values[..., 2] = value * (1 + share * (colour.value - 1))
    scaled = np.clip(values * np.array([256 / 360, 255, 255]), 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(scaled, "HSV").convert("RGB"))
