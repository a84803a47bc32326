"""Sentences for a picture: templates round its name, its style and its search tags."""

import random

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
STYLED_SHARE = 0.3
TAGGED_SHARE = 0.15
SURROUNDED_SHARE = 0.1
POOL = 6


def article(name: str) -> str:
    """Return the name with "a" or "an" before it."""
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def caption(record: dict, generator: random.Random) -> str:
    """Return one sentence for a record of the dataset."""
    name = record["name"].replace(":", "")
    words = {"name": name, "a_name": article(name), "style": record["style"]}
    if generator.random() < STYLED_SHARE:
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
    """Return the record's fixed set of sentences: fixed, so that their encodings are cached."""
    generator = random.Random(f"{record['name']}/{record['style']}")
    return [caption(record, generator) for _ in range(POOL)]
