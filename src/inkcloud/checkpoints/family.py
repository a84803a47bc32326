"""Which family of models a single file belongs to, and whether it can be used."""

from collections.abc import Callable, Mapping

from inkcloud.checkpoints.original_layout import EMA, TEXT_1, TEXT_2, UNET, VAE
from inkcloud.checkpoints.safetensors_header import TensorEntry
from inkcloud.domain.errors import CheckpointError

ALLOWED = (
    "a whole text-to-image checkpoint of Stable Diffusion 1 or 2: a UNet with 4 input channels, "
    "its text encoder and its autoencoder"
)

_BEGINNINGS = {
    "conditioner.embedders.": "a Stable Diffusion XL checkpoint",
    "model.diffusion_model.label_emb.": "a Stable Diffusion XL or unCLIP checkpoint",
    "model.diffusion_model.joint_blocks.": "a Stable Diffusion 3 checkpoint",
    "model.diffusion_model.double_blocks.": "a Flux checkpoint",
    "double_blocks.": "a Flux model alone",
    "text_encoders.": "a checkpoint of a newer family with several text encoders",
    "control_model.": "a ControlNet",
    "controlnet_": "a ControlNet",
    "depth_model.": "a Stable Diffusion 2 depth checkpoint",
    "low_scale_model.": "a Stable Diffusion upscaler",
    "noise_augmentor.": "a Stable Diffusion unCLIP checkpoint",
    "lora_": "a LoRA, which changes a checkpoint and is none",
    "emb_params": "a textual inversion, which is a word for a checkpoint and is none",
    "string_to_param": "a textual inversion, which is a word for a checkpoint and is none",
    "encoder.": "an autoencoder (VAE) alone",
    "decoder.": "an autoencoder (VAE) alone",
    "down_blocks.": "one component in diffusers' names alone; give the whole folder instead",
    "text_model.": "a text encoder alone",
}
_INPUTS = {
    5: "a depth model, whose UNet also takes a depth map",
    7: "an upscaler, whose UNet also takes a small picture",
    8: "a model for editing, whose UNet also takes a picture",
    9: "an inpainting model, whose UNet also takes a mask and a picture",
}


def check_family(tensors: Mapping[str, TensorEntry], shown: str) -> None:
    """Refuse what is no text-to-image checkpoint of Stable Diffusion 1 or 2, by its name.

    Raises:
        CheckpointError: says what the file seems to be.
    """
    for beginning, what in _BEGINNINGS.items():
        if any(name.startswith(beginning) for name in tensors):
            raise _refused(shown, f"{shown} is {what}.")
    if any(".lora_" in name for name in tensors):
        raise _refused(shown, f"{shown} is a LoRA, which changes a checkpoint and is none.")
    _check_parts(tensors, shown)
    first = tensors.get(f"{UNET}input_blocks.0.0.weight") or tensors.get(
        f"{EMA}diffusion_modelinput_blocks00weight"
    )
    channels = first.shape[1] if first is not None and len(first.shape) > 1 else 0
    if channels in _INPUTS:
        raise CheckpointError(
            f"{shown} is {_INPUTS[channels]}.",
            field=f"{shown}: in_channels",
            value=channels,
            allowed=ALLOWED,
        )


def _check_parts(tensors: Mapping[str, TensorEntry], shown: str) -> None:
    parts = {
        "UNet": (UNET, f"{EMA}diffusion_model"),
        "autoencoder (VAE)": (VAE,),
        "text encoder": (*TEXT_1, TEXT_2),
    }
    missing = [part for part, prefixes in parts.items() if not any(map(_begins(prefixes), tensors))]
    if len(missing) == len(parts):
        raise _refused(
            shown, f"{shown} holds no tensors under the names of a Stable Diffusion checkpoint."
        )
    if missing:
        raise _refused(shown, f"{shown} holds no {' and no '.join(missing)}.")


def _begins(prefixes: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda name: name.startswith(prefixes)


def _refused(shown: str, message: str) -> CheckpointError:
    return CheckpointError(message, field=shown, allowed=ALLOWED)
