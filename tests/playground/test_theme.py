"""Every text of the theme stands out from its background as WCAG 2.2 asks (1.4.3, 4.5 to 1)."""

import tomllib
from pathlib import Path

import pytest

import inkcloud.playground

THEME = tomllib.loads(
    Path(inkcloud.playground.__file__).with_name(".streamlit").joinpath("config.toml").read_text()
)["theme"]
WHITE = "#ffffff"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faded(colour: str, background: str, opacity: float) -> str:
    """The colour that is seen when a text is not quite opaque."""
    mixed = (
        round(opacity * int(colour[i : i + 2], 16) + (1 - opacity) * int(background[i : i + 2], 16))
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


def test_the_contrast_of_black_and_white_is_21():
    assert contrast("#000000", WHITE) == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_texts_and_captions_stand_out(mode, ground):
    theme = THEME[mode]

    assert contrast(theme["textColor"], theme[ground]) >= 7
    assert contrast(faded(theme["textColor"], theme[ground], 0.82), theme[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_buttons_and_links_stand_out(mode):
    theme = THEME[mode]

    assert contrast(WHITE, theme["primaryColor"]) >= 4.5
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 3
    link = theme.get("linkColor", theme["primaryColor"])
    assert contrast(link, theme["backgroundColor"]) >= 4.5
