"""Which calls of the network are kept as frames."""


def framed_calls(calls: int, most: int) -> frozenset[int]:
    """Return which calls, counted from 1, become frames: all, or so many as evenly as can be.

    The first and the last are always among them.

    Args:
        calls: how many there are.
        most: how many frames there may be, at least 2.
    """
    if calls <= most:
        return frozenset(range(1, calls + 1))
    return frozenset(1 + round(i * (calls - 1) / (most - 1)) for i in range(most))
