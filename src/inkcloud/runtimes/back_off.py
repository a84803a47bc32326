"""Pauses that grow: a replica that keeps failing must not keep the machine busy."""


class BackOff:
    """Gives the pause before each restart, doubling from the first to the longest.

    Args:
        first: seconds before the first restart.
        longest: seconds that no pause exceeds.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def next(self) -> float:
        """Return the pause before the next restart, in seconds."""
        pause = self._next
        self._next = min(2 * pause, self._longest)
        return pause

    def reset(self) -> None:
        """Begin again with the first pause."""
        self._next = self._first
