"""Write the weighted mean of several practices and of the UNet before them, for `export`.

    mean_unet.py FIRST.pt=0.15 SECOND.pt=0.15    the rest, 0.7, is the UNet before

Each practice forgets something else, and their mean less than any of them (model soups,
https://arxiv.org/abs/2203.05482). The files are copies of what `practise.py` wrote.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from unet import MEAN, averaged, before_practice

Part = tuple[Path, float]


def part(text: str) -> Part:
    """Return a checkpoint and its share of the mean.

    Raises:
        argparse.ArgumentTypeError: if it is not FILE=SHARE, or there is no such file.
    """
    name, _, number = text.rpartition("=")
    try:
        share = float(number)
    except ValueError:
        share = -1.0
    if not name or not 0 < share <= 1:
        message = f"{text!r} is not FILE=SHARE, with a share between 0 and 1"
        raise argparse.ArgumentTypeError(message)
    if not Path(name).is_file():
        message = f"there is no file {name}"
        raise argparse.ArgumentTypeError(message)
    return Path(name), share


def mix(models: Sequence[nn.Module], shares: Sequence[float]) -> dict[str, torch.Tensor]:
    """Return the weighted mean of models of one shape, in float32.

    Args:
        models: at least one.
        shares: one for each model; together 1.
    """
    states = [model.state_dict() for model in models]
    return {
        key: sum(share * state[key].float() for share, state in zip(shares, states, strict=True))
        for key in states[0]
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="+", type=part, metavar="FILE=SHARE")
    parts: list[Part] = parser.parse_args().parts
    rest = 1 - sum(share for _, share in parts)
    if rest < -1e-9:
        parser.error(f"the shares are more than the whole: {1 - rest:g}")
    models = [before_practice(), *(averaged(file) for file, _ in parts)]
    MEAN.parent.mkdir(parents=True, exist_ok=True)
    save_file(mix(models, [max(rest, 0.0), *(share for _, share in parts)]), MEAN)
    print(f"{MEAN}: {max(rest, 0.0):.2f} of the UNet before, and of the practices the rest")


if __name__ == "__main__":
    main()
