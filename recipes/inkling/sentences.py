"""Sentences for a picture: templates round its name, its style and its search tags."""

import random
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import inflect

DESCRIPTIONS = Path(__file__).with_name("descriptions.tsv")

TEMPLATES = (
    "{name}",
    "{name}",
    "{a_name}",
    "{a_name}",
    "a photo of {a_name}",
    "a picture of {a_name}",
    "an illustration of {a_name}",
    "an emoji of {a_name}",
    "{name} emoji",
    "a drawing of {a_name}",
    "A photo of {a_name}.",
    "one {name} on a white background",
    "a cute {name}",
)
STYLED = (
    "{name}, {style} style",
    "{a_name} in {style} style",
    "{style} {name}",
    "a {style} picture of {a_name}",
    "{style} emoji of {a_name}",
    "a photo of {a_name}, {style}",
)
# The rest of a sentence that the small model cannot draw must not hide what it can.
SURROUNDINGS = (
    "playing chess",
    "on a table",
    "in the park",
    "at night",
    "in space",
    "at the beach",
    "playing with a ball of yarn",
    "high quality",
    "highly detailed",
)
COLOURED = (
    "a {colour} {name}",
    "{colour} {name}",
    "a photo of a {colour} {name}",
    "a {colour} {name}, {style} style",
    "a {colour} {name} on a white background",
)
COUNTED = ("{count} {names}", "{count} {names}, {style} style", "a photo of {count} {names}")
COUNTS = {2: ("two", "2"), 3: ("three", "3"), 4: ("four", "4"), 5: ("five", "5")}
# What is said first stands on the left, so that a sentence means one picture: with both orders,
# two hours of training gave two mixtures of both things.
PAIRED = (
    "{a_left} and {a_right}",
    "{a_left} and {a_right}",
    "{a_left} and {a_right} on a white background",
    "{a_left} next to {a_right}",
    "{a_left} on the left and {a_right} on the right",
    "a photo of {a_left} and {a_right}",
    "{left} and {right}, {style} style",
)
# Three renderings of one artist's drawings. A sentence that names no style nearly always means
# one of these, so that a bare name has one outline to draw and not the mean of seven.
UNSAID_STYLES = ("soft gradient", "flat", "glossy 3D")
STYLED_SHARE = 0.4
STYLED_SHARE_OF_OTHERS = 0.92
TAGGED_SHARE = 0.1
SURROUNDED_SHARE = 0.15
POOL = 8
DESCRIBED = 4
SPOKEN_SHARE = 0.5
SINGULAR_ENDINGS = ("ss", "us", "os", "is")
PHRASE = re.compile(r" (with|of|in|and|over|holding|lifting|showing) ")
# Emoji names that nobody says.
SPOKEN = {
    "automobile": "car",
    "sport utility vehicle": "SUV",
    "racing car": "sports car",
    "oncoming automobile": "car",
    "delivery truck": "truck",
    "billed cap": "cap",
    "gem stone": "gem",
    "cat face": "cat",
    "dog face": "dog",
    "rabbit face": "rabbit",
    "mouse face": "mouse",
    "monkey face": "monkey",
    "horse face": "horse",
    "cow face": "cow",
    "pig face": "pig",
    "tiger face": "tiger",
    "dragon face": "dragon",
    "bear": "bear face",
    "front-facing baby chick": "chick",
    "baby chick": "chick",
    "lady beetle": "ladybug",
    "honeybee": "bee",
    "spouting whale": "whale",
    "evergreen tree": "pine tree",
    "deciduous tree": "tree",
    "red heart": "heart",
    "glasses": "eyeglasses",
    "t-shirt": "shirt",
    "running shoe": "sneaker",
    "woman's boot": "boot",
    "cooked rice": "bowl of rice",
    "steaming bowl": "bowl of noodles",
    "hot beverage": "cup of coffee",
    "wrapped gift": "gift",
    "mobile phone": "phone",
    "telephone receiver": "phone",
    "musical keyboard": "piano",
    "birthday cake": "cake",
    "locomotive": "steam train",
    "motorcycle": "motorbike",
}


def is_plural(name: str) -> bool:
    """Say whether a name means more than one, as "socks" does and "octopus" does not."""
    return name.endswith("s") and not PHRASE.search(name) and not name.endswith(SINGULAR_ENDINGS)


@cache
def _english() -> "inflect.engine":
    import inflect  # takes seconds, and only a count or a group needs it

    return inflect.engine()


def plural(name: str) -> str:
    return name if is_plural(name) else _english().plural(name)


def article(name: str) -> str:
    """Return the name with "a" or "an" before it, unless it is a plural."""
    if is_plural(name):
        return name
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def plain(name: str) -> str:
    return name.replace(":", "")


def plain_name(record: dict) -> str:
    return plain(record["name"])


def spoken_name(record: dict, generator: random.Random) -> str:
    """Return the name, or half of the time what people say when it is a stiff one."""
    name = plain_name(record)
    return SPOKEN.get(name, name) if generator.random() < SPOKEN_SHARE else name


def caption(record: dict, generator: random.Random) -> str:
    """Return one sentence for a record of the dataset."""
    name = spoken_name(record, generator)
    words = {"name": name, "a_name": article(name), "style": record["style"]}
    unsaid = record["style"] in UNSAID_STYLES
    if generator.random() < (STYLED_SHARE if unsaid else STYLED_SHARE_OF_OTHERS):
        return generator.choice(STYLED).format(**words)
    text = generator.choice(TEMPLATES).format(**words)
    share = generator.random()
    if share < TAGGED_SHARE and record["tags"]:
        tags = generator.sample(record["tags"], min(2, len(record["tags"])))
        return f"{text.rstrip('.')}, {', '.join(tags)}"
    if share < TAGGED_SHARE + SURROUNDED_SHARE:
        return f"{text.rstrip('.')} {generator.choice(SURROUNDINGS)}"
    return text


def pool(record: dict) -> list[str]:
    """Return the record's fixed set of sentences: fixed, so that their encodings are cached.

    Some were written for the name, one by one: other words for it, and what people say of it.
    """
    generator = random.Random(f"{record['name']}/{record['style']}")
    sentences = [caption(record, generator) for _ in range(POOL)]
    written = generator.sample(descriptions()[record["name"]], DESCRIBED)
    return sentences + [with_style(text, record["style"]) for text in written]


@cache
def descriptions() -> dict[str, list[str]]:
    """Return some twenty sentences for each name, most of which do not say it."""
    lines = DESCRIPTIONS.read_text(encoding="utf-8").splitlines()
    return {name: sentences for name, *sentences in (line.split("\t") for line in lines)}


def with_style(sentence: str, style: str) -> str:
    """Return the sentence, with the style said where a bare one would mean another."""
    if style in UNSAID_STYLES or style in sentence:
        return sentence
    if random.Random(sentence).random() > STYLED_SHARE_OF_OTHERS:
        return sentence
    return f"{sentence}, {style} style"


def coloured(record: dict, name: str, colour: str, generator: random.Random) -> list[str]:
    """Return two sentences that name the colour."""
    words = {"name": name, "colour": colour, "style": record["style"]}
    sentences = [text.format(**words) for text in generator.sample(COLOURED, 2)]
    if is_plural(name):
        sentences = [text.replace(f"a {colour} ", f"{colour} ") for text in sentences]
    sentences = [text.replace("a orange", "an orange") for text in sentences]
    return [with_style(text, record["style"]) for text in sentences]


def counted(record: dict, count: int, generator: random.Random) -> list[str]:
    """Return two sentences that say how many there are."""
    name = plain_name(record)
    names = plural(name)
    words = {"names": names, "style": record["style"]}
    chosen = generator.sample(COUNTED, 2)
    sentences = [text.format(count=generator.choice(COUNTS[count]), **words) for text in chosen]
    return [with_style(text, record["style"]) for text in sentences]


def paired(left: dict, right: dict, generator: random.Random) -> list[str]:
    """Return two sentences that name both things."""
    words = {"left": plain_name(left), "right": plain_name(right), "style": left["style"]}
    words |= {"a_left": article(words["left"]), "a_right": article(words["right"])}
    sentences = [text.format(**words) for text in generator.sample(PAIRED, 2)]
    return [with_style(text, left["style"]) for text in sentences]
