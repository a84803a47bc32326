"""Sentences with what they plainly say: what the text encoder is taught with."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from held_out import colour_is_held_out, pair_is_held_out
from recolour import COLOURS, WORDS
from sentences import (
    COLOURED,
    COUNTED,
    COUNTS,
    PAIRED,
    SPOKEN,
    SURROUNDINGS,
    article,
    caption,
    descriptions,
    plain,
    plain_name,
    plural,
)

# How often each kind is drawn.
SHARES = {
    "described": 0.46,
    "pair": 0.22,
    "template": 0.14,
    "colour": 0.1,
    "count": 0.04,
    "same": 0.04,
}
STYLED_SHARE = 0.3
FRAMED_SHARE = 0.2
SPOKEN_SHARE = 0.5
# One sentence of each name is kept back, to see what is made of sentences that are new.
UNLEARNT = -1
# How often one thing of a pair is said by its name, and not as somebody describes it.
NAMED_SHARE = 0.8
FRAMES = (
    "a photo of {}",
    "a picture of {}",
    "an illustration of {}",
    "a drawing of {}",
    "draw {}",
    "show me {}",
    "{}, please",
    "{} on a white background",
    "{}, highly detailed",
    "{}.",
    *(f"{{}} {surrounding}" for surrounding in SURROUNDINGS),
)
STYLED = (
    "{}, {style} style",
    "{}, {style} style",
    "{}, {style}",
    "{} in {style} style",
    "{style} picture of {}",
    "{style} {}",
)
MORE_PAIRED = (
    "{a_left} beside {a_right}",
    "{a_left} with {a_right}",
    "{a_left}, {a_right}",
    "{left} and {right}",
    "{a_left} together with {a_right}",
    "there is {a_left} and {a_right}",
)
MORE_COLOURED = (
    "my {colour} {name}",
    "the {colour} {name}",
    "{a_name} in {colour}",
    "{a_name} that is {colour}",
    "{name}, {colour}",
    "a bright {colour} {name}",
    "a {colour} {name} in the park",
)
# What negative prompts say and what names no thing: the encoder keeps its own answers.
SAME = (
    "",
    "",
    "blurry",
    "ugly",
    "low quality",
    "bad quality, deformed",
    "text, watermark",
    "something nice",
    "colourful",
    "black and white",
    "dark",
    "white background",
    *COLOURS,
)


@dataclass(frozen=True)
class Wording:
    """A sentence and what it plainly says.

    Attributes:
        sentence: as somebody might put it.
        plain: the plainest sentence that means the same, or two: the left thing's and the right's.
    """

    sentence: str
    plain: tuple[str, ...]


def plain_sentence(name: str, style: str | None = None) -> str:
    """Return the plainest sentence for a thing, with a style if one was said."""
    return f"{article(name)}, {style} style" if style else article(name)


class Wordings:
    """Draws wordings of everything that the records show, new ones each time."""

    def __init__(
        self,
        records: Iterable[dict],
        seed: int | None = None,
        shares: Mapping[str, float] = SHARES,
    ) -> None:
        self._random, self._shares = random.Random(seed), shares
        self._records = [record for record in records if record["train"]]
        styles: dict[str, list[str]] = defaultdict(list)
        for record in self._records:
            styles[record["name"]].append(record["style"])
        self._styles = dict(styles)
        self._names = sorted(styles)
        self._learnt = {name: said[:UNLEARNT] for name, said in descriptions().items()}
        self._kinds = {
            "described": self._described,
            "pair": self._pair,
            "template": self._template,
            "colour": self._colour,
            "count": self._count,
            "same": self._same,
        }

    def draw(self, count: int) -> list[Wording]:
        kinds = self._random.choices(list(self._shares), list(self._shares.values()), k=count)
        return [self._kinds[kind]() for kind in kinds]

    def _described(self) -> Wording:
        name = self._random.choice(self._names)
        sentence = self._framed(self._random.choice(self._learnt[name]))
        sentence, style = self._styled(sentence, name)
        return Wording(sentence, (plain_sentence(plain(name), style),))

    def _template(self) -> Wording:
        record = self._random.choice(self._records)
        sentence = caption(record, self._random)
        style = record["style"] if record["style"] in sentence else None
        return Wording(sentence, (plain_sentence(plain_name(record), style),))

    def _pair(self) -> Wording:
        left, right = self._random.sample(self._names, 2)
        if pair_is_held_out((plain(left), plain(right))):
            return self._pair()
        words = {"left": self._thing(left), "right": self._thing(right)}
        words |= {f"a_{side}": article(thing) for side, thing in words.items()}
        for side, name in (("left", left), ("right", right)):
            if self._random.random() > NAMED_SHARE:
                words[f"a_{side}"] = self._random.choice(self._learnt[name]).rstrip(".!?")
        template = self._random.choice(PAIRED[:-1] + MORE_PAIRED)
        sentence, style = self._styled(template.format(**words), left)
        return Wording(sentence, tuple(plain_sentence(plain(n), style) for n in (left, right)))

    def _colour(self) -> Wording:
        # "red apple" is an apple in red.
        name = self._random.choice(self._names)
        bare = " ".join(WORDS.sub("", plain(name)).split())
        allowed = [colour for colour in COLOURS if not colour_is_held_out(bare, colour)]
        if not bare or not allowed:
            return self._colour()
        colour = self._random.choice(allowed)
        words = {"name": bare, "a_name": article(bare), "colour": colour}
        template = self._random.choice([t for t in COLOURED + MORE_COLOURED if "style" not in t])
        sentence, style = self._styled(template.format(**words), name)
        return Wording(sentence, (plain_sentence(f"{colour} {bare}", style),))

    def _count(self) -> Wording:
        name = self._random.choice(self._names)
        names = plural(plain(name))
        count = self._random.choice(list(COUNTS))
        word = self._random.choice(COUNTS[count])
        template = self._random.choice([t for t in COUNTED if "style" not in t])
        sentence, style = self._styled(template.format(count=word, names=names), name)
        plainly = f"{COUNTS[count][0]} {names}"
        return Wording(sentence, (f"{plainly}, {style} style" if style else plainly,))

    def _same(self) -> Wording:
        sentence = self._random.choice(SAME)
        return Wording(sentence, (sentence,))

    def _thing(self, name: str) -> str:
        if self._random.random() < SPOKEN_SHARE:
            return SPOKEN.get(name, plain(name))
        return plain(name)

    def _framed(self, sentence: str) -> str:
        if self._random.random() > FRAMED_SHARE:
            return sentence
        return self._random.choice(FRAMES).format(sentence.rstrip(".!?"))

    def _styled(self, sentence: str, name: str) -> tuple[str, str | None]:
        """Return the sentence, three times in ten with a style that the thing has."""
        if self._random.random() > STYLED_SHARE:
            return sentence, None
        style = self._random.choice(self._styles[name])
        return self._random.choice(STYLED).format(sentence.rstrip(".!?"), style=style), style
