"""What a model's files say of it, checked without reading its weights.

    python -m inkcloud.checkpoints.inspect PATH [--prediction epsilon|v_prediction]

prints the facts as JSON and ends with 0, or the error as JSON and ends with 1.
"""

import argparse
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from inkcloud.checkpoints.fit import check_fit
from inkcloud.checkpoints.folder import open_folder
from inkcloud.checkpoints.modules import Part, read_part
from inkcloud.checkpoints.schedule import read_schedule
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.noise_schedule import Prediction

_NUMBERS = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def inspect_model(path: Path, prediction: Prediction | None = None) -> ModelFacts:
    """Return the facts of a model's folder.

    Raises:
        CheckpointError: for each way in which a model can be wrong.
    """
    model = open_folder(path)
    schedule = read_schedule(model["scheduler"])
    parts = [read_part(model[name]) for name in ("text_encoder", "unet", "vae")]
    text_encoder, unet, vae = parts
    check_fit(text_encoder, unet, vae)
    for part in parts:
        _check_shapes(part)
    entries = [entry for _, _, entry in unet.weights.entries.values()]
    stages = vae.config.get("block_out_channels") or vae.config["encoder_block_out_channels"]
    side = unet.config["sample_size"] * 2 ** (len(stages) - 1)
    linear = unet.config.get("use_linear_projection", False)
    family = "Stable Diffusion 2" if linear else "Stable Diffusion 1"
    return ModelFacts(
        layout="folder",
        family="Inkling" if text_encoder.component.class_name == "BertModel" else family,
        prediction=prediction or schedule.prediction,
        native_size=(side, side),
        unet_parameters=sum(math.prod(entry.shape) for entry in entries),
        weight_bytes=sum(
            entry.end - entry.start
            for part in parts
            for _, _, entry in part.weights.entries.values()
        ),
        stored_dtype=_NUMBERS[entries[0].dtype],
    )


def _check_shapes(part: Part) -> None:
    with torch.device("meta"):
        wanted = part._construct().state_dict()
    part.weights._check_names(wanted)
    for name, tensor in wanted.items():
        part.weights._check_tensor(name, tensor)


def main() -> int:
    """Print a model's facts or what is wrong with it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m inkcloud.checkpoints.inspect")
    parser.add_argument("path", type=Path)
    parser.add_argument("--prediction", type=Prediction)
    chosen = parser.parse_args()
    try:
        facts = inspect_model(chosen.path, chosen.prediction)
    except InkcloudError as error:
        print(json.dumps(error.as_dict()))
        return 1
    print(json.dumps(asdict(facts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
