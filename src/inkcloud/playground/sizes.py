"""The picture sizes that the page offers, as the texts that its list holds."""

from inkcloud.playground.parameters import LIMITS, Parameters
from inkcloud.playground.wording import pixels_text

NATIVE = ""
Size = tuple[int | None, int | None]
# Of the model's own sides: landscape, portrait and square, smaller and larger.
_SHARES = ((3, 2), (2, 3), (2, 1), (1, 2), (0.75, 0.75), (1.5, 1.5), (2, 2))
_STEP = 8  # what one cell of a latent comes to


def size_text(parameters: Parameters) -> str:
    """Return the list's text for a size, for example "512x384"; "" is the model's own."""
    if parameters.width is None and parameters.height is None:
        return NATIVE
    return f"{parameters.width or ''}x{parameters.height or ''}"


def read_size(text: str) -> Size:
    """Return width and height of a text of `size_text`."""
    width, _, height = text.partition("x")
    return (int(width) if width else None), (int(height) if height else None)


def size_label(text: str, native: tuple[int, int] | None) -> str:
    """Return what the list shows for a text of `size_text`."""
    if text == NATIVE:
        return "The model's own" + (f": {pixels_text(*native)}" if native else "")
    width, height = read_size(text)
    own = native or (None, None)
    if (width or own[0]) is None or (height or own[1]) is None:
        return f"{width or 'own width'} \N{MULTIPLICATION SIGN} {height or 'own height'}"
    return pixels_text(int(width or own[0] or 0), int(height or own[1] or 0))


def offered(native: tuple[int, int] | None, shown: str) -> list[str]:
    """Return the sizes to choose from.

    Args:
        native: the model's own width and height; None as long as it is unknown.
        shown: the size that the list holds; it is offered even if it is an unusual one.
    """
    found = [NATIVE]
    if native is not None:
        found += [
            text for share in _SHARES if (text := _scaled(native, share)) and text not in found
        ]
    return found if shown in found else [*found, shown]


def _scaled(native: tuple[int, int], share: tuple[float, float]) -> str:
    sides = [round(side * each / _STEP) * _STEP for side, each in zip(native, share, strict=True)]
    least, most = LIMITS.side
    allowed = all(least <= side <= most for side in sides)
    return f"{sides[0]}x{sides[1]}" if allowed and sides[0] * sides[1] <= LIMITS.pixels else ""
