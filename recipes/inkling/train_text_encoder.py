"""Teach the text encoder to answer every wording of a thing as it answers the plainest one.

Sentences only, no pictures: see `plain_states.py`. Stop it with Ctrl-C and start it again: it
goes on from its last checkpoint. `decide_text_encoder.py` is the second half of it.
"""

import argparse

from give_way import give_way
from plain_states import PlainStates
from teaching import Aims, Teaching
from text_encoder import TAUGHT, frozen
from training_examples import load_records
from wordings import Wordings

AIMS = Aims(rate=3e-4, names_share=0.1, sharpness=15.0, variance=0.0586, padding_seen=8)


def train(minutes: float) -> None:
    tokenizer, model = frozen()
    teaching = Teaching(tokenizer, model, PlainStates(), AIMS)
    teaching.run(TAUGHT, Wordings(load_records()), minutes)


if __name__ == "__main__":
    give_way()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    train(parser.parse_args().minutes)
