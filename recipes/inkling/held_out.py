"""Which colours and pairs of things the training data must not show, so that they can be asked for.

The names are those of the dataset. A thing is held out in every hue but the one that it mostly
has by itself, so "a purple star" is never seen while the yellow star stays in the data.
"""

from collections.abc import Iterable

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink")

# Twenty things that are mostly of one hue in most styles, and the colour they have by themselves.
OWN_COLOURS = {
    "automobile": "red",
    "backpack": "red",
    "balloon": "red",
    "billed cap": "blue",
    "bucket": "blue",
    "chair": "orange",
    "door": "orange",
    "dress": "blue",
    "fish": "blue",
    "gem stone": "blue",
    "key": "yellow",
    "octopus": "red",
    "pear": "green",
    "scarf": "red",
    "star": "yellow",
    "t-shirt": "blue",
    "teapot": "red",
    "teddy bear": "orange",
    "umbrella": "purple",
    "whale": "blue",
}
HELD_OUT_COLOURS = {
    name: tuple(colour for colour in COLOURS if colour != own) for name, own in OWN_COLOURS.items()
}

PAIRS = (
    ("octopus", "pizza"),
    ("cat", "guitar"),
    ("dog", "balloon"),
    ("elephant", "umbrella"),
    ("penguin", "ice cream"),
    ("rabbit", "carrot"),
    ("robot", "key"),
    ("frog", "crown"),
    ("owl", "books"),
    ("turtle", "rocket"),
    ("snowman", "cactus"),
    ("banana", "hammer"),
    ("strawberry", "sailboat"),
    ("red apple", "bicycle"),
    ("hamburger", "trophy"),
    ("sunflower", "teapot"),
    ("mushroom", "light bulb"),
    ("pineapple", "sunglasses"),
    ("automobile", "palm tree"),
    ("airplane", "rainbow"),
    ("house", "star"),
    ("butterfly", "candle"),
    ("whale", "anchor"),
    ("ghost", "bell"),
    ("fox", "camera"),
)
HELD_OUT_PAIRS = frozenset(frozenset(pair) for pair in PAIRS)


def colour_is_held_out(name: str, colour: str) -> bool:
    """Say whether no training picture may show, and no caption call, this thing in this colour."""
    return colour in HELD_OUT_COLOURS.get(name, ())


def pair_is_held_out(names: Iterable[str]) -> bool:
    """Say whether these two things may not be shown together in training, in either order."""
    return frozenset(names) in HELD_OUT_PAIRS
