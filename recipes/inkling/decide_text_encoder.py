"""Teach the taught text encoder to decide: to answer one thing and not a mixture of several.

Many descriptions could mean several things, and a squared error rewards the mean of their answers:
a description's differed from the mean over all names half as much as a bare name's did. The UNet
makes little of such mixtures. So every description is now answered as one name: its own, or the
one that the taught encoder takes it for, if nobody could guess its own. What is answered are the
taught encoder's own states, so that a UNet that knows these need not learn others.
"""

import argparse
import copy

from give_way import give_way
from own_states import OwnStates
from sentences import plain
from teaching import Aims, Teaching, guesses
from text_encoder import DECIDED, taught
from training_examples import load_records
from wordings import Wording, Wordings, plain_sentence

AIMS = Aims(rate=2e-4, names_share=0.3, sharpness=25.0, variance=0.05, padding_seen=5)
SHARES = {
    "described": 0.60,
    "pair": 0.16,
    "template": 0.10,
    "colour": 0.07,
    "count": 0.03,
    "same": 0.04,
}
# A description is its own name's if at most so many names seem nearer.
GUESSABLE = 20


class DecidedWordings(Wordings):
    """Wordings whose descriptions each mean one name that can be told from them."""

    def __init__(
        self, records: list[dict], means: dict[tuple[str, str], str], seed: int | None = None
    ) -> None:
        """Draw with these meanings.

        Args:
            records: the dataset's.
            means: which name each name's descriptions are taken for.
            seed: for the same wordings again.
        """
        super().__init__(records, seed, SHARES)
        self._means = means

    def _described(self) -> Wording:
        name = self._random.choice(self._names)
        said = self._random.choice(self._learnt[name])
        sentence, style = self._styled(self._framed(said), name)
        return Wording(sentence, (plain_sentence(plain(self._means[name, said]), style),))


def train(minutes: float) -> None:
    tokenizer, teacher = taught()
    teaching = Teaching(tokenizer, copy.deepcopy(teacher), OwnStates(tokenizer, teacher), AIMS)
    means = {
        (guess.name, guess.text): guess.name if guess.rank < GUESSABLE else guess.nearest
        for guess in guesses(teaching.names, tokenizer, teacher)
    }
    teaching.run(DECIDED, DecidedWordings(load_records(), means), minutes)


if __name__ == "__main__":
    give_way()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=18)
    train(parser.parse_args().minutes)
