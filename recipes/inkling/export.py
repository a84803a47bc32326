"""Write the trained parts as an ordinary diffusers folder in half precision."""

import argparse
import json
import shutil
from pathlib import Path

import latents
import text_encoder
import train_autoencoder
import unet
from paths import DATASET, EXPORT, SHIPPED
from transformers import BertConfig

MAXIMUM_BYTES = 70_000_000
# What the libraries note of where a part was loaded from.
PLACES = ("_name_or_path", "is_local", "local_files_only")
MODEL_INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.42.1",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DPMSolverMultistepScheduler"],
    "text_encoder": ["transformers", "BertModel"],
    "tokenizer": ["transformers", "BertTokenizerFast"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderTiny"],
}
SCHEDULER = {
    "_class_name": "DPMSolverMultistepScheduler",
    "_diffusers_version": "0.42.1",
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "solver_order": 2,
    "algorithm_type": "dpmsolver++",
    "solver_type": "midpoint",
    "lower_order_final": True,
    "timestep_spacing": "linspace",
    "steps_offset": 1,
}


def export(target: Path) -> None:
    """Write the folder and say how large it is."""
    text_encoder.export_text_encoder()
    unet.practised().half().save_pretrained(EXPORT / "unet")
    vae = train_autoencoder.load_average().half()
    scale = json.loads((DATASET / "latents.json").read_text())["scaling_factor"]
    vae.register_to_config(scaling_factor=scale)
    vae.save_pretrained(EXPORT / "vae")
    (EXPORT / "scheduler").mkdir(exist_ok=True)
    write_json(EXPORT / "scheduler/scheduler_config.json", SCHEDULER)
    write_json(EXPORT / "model_index.json", MODEL_INDEX)
    clean_configs()
    size = sum(path.stat().st_size for path in EXPORT.rglob("*") if path.is_file())
    print(f"{size / 1e6:.1f} MB in {EXPORT}")
    if size > MAXIMUM_BYTES:
        message = f"that is more than {MAXIMUM_BYTES / 1e6:.0f} MB; nothing was installed"
        raise SystemExit(message)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(EXPORT, target)
    print(f"installed in {target}")


def clean_configs() -> None:
    """Take out of the configurations where their parts lay on this machine."""
    for path in EXPORT.rglob("*config.json"):
        data = json.loads(path.read_text())
        write_json(path, {key: data[key] for key in data if key not in PLACES})
    config = BertConfig.from_pretrained(EXPORT / "text_encoder")
    if not config.use_attention_mask:
        message = "the text encoder must ask for the padding mask"
        raise SystemExit(message)


def write_json(path: Path, data: dict) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=SHIPPED)
    arguments = parser.parse_args()
    if not (DATASET / "latents.json").exists():
        latents.prepare()
    export(arguments.to)
