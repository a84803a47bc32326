"""Which descriptions the text encoder takes for the name that they were written for.

Who could not guess a name from its description learns nothing good from a picture of it: the
encoder answers another name there, and the UNet would learn to draw this thing for that one.
"""

import json

from own_states import OwnStates
from paths import DATASET
from sentences import descriptions
from teaching import Names, guesses
from text_encoder import decided

UNDERSTOOD = DATASET / "understood.json"
# Some names mean nearly the same: "cat" and "cat face".
NEARER = 3


def prepare() -> None:
    """Write `understood.json`: for each name the descriptions that are taken for it."""
    tokenizer, model = decided()
    names = Names(OwnStates(tokenizer, model), sorted(descriptions()))
    found = guesses(names, tokenizer, model)
    understood: dict[str, list[str]] = {name: [] for name in names.names}
    for guess in found:
        if guess.rank < NEARER:
            understood[guess.name].append(guess.text)
    UNDERSTOOD.write_text(json.dumps(understood, ensure_ascii=False))
    share = sum(map(len, understood.values())) / len(found)
    print(f"{100 * share:.0f} % of them are taken for their own name")


def unclear_descriptions() -> dict[str, set[str]]:
    """Return for each name the descriptions that are taken for something else."""
    understood = json.loads(UNDERSTOOD.read_text())
    return {name: {*texts} - {*understood[name]} for name, texts in descriptions().items()}


def clear_sentences(line: dict, records: list[dict], unclear: dict[str, set[str]]) -> list[str]:
    """Return an example's sentences without the descriptions that are taken for something else."""
    if line["kind"] != "single":
        return line["sentences"]
    shown = records[line["records"][0]]
    style = f", {shown['style']} style"
    dropped = unclear.get(shown["name"], set())
    return [text for text in line["sentences"] if text.removesuffix(style) not in dropped]


if __name__ == "__main__":
    prepare()
