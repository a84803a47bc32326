"""How often an unfinished picture is shown, as decoding one may take longer than a step."""

import math

SECONDS_BETWEEN_PREVIEWS = 2.0
FEWEST, USUAL, MOST = 5, 10, 50


def steps_between_previews(steps: int, seconds: float | None = None) -> int:
    """Return after how many steps a picture's next preview comes.

    Nobody sees more than one in each look at the gateway, and what nobody sees is drawn more slowly
    for it: three pictures of the built-in model took more than twice as long with one at each step.

    Args:
        steps: of the picture.
        seconds: that it will take; None if nobody knows, and then there are at most ten.

    Returns:
        1 or more.
    """
    wanted = USUAL if seconds is None else seconds / SECONDS_BETWEEN_PREVIEWS
    return math.ceil(steps / min(max(wanted, FEWEST), MOST))
