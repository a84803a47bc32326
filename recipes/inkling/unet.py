"""The UNet: its shape, and the weights that there are of it."""

from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from group_norm import use_fast_group_norm
from paths import CHECKPOINTS, SHIPPED
from safetensors.torch import load_file, save_file
from shared_weights import views
from train_autoencoder import LATENT_CHANNELS

TRAINED = CHECKPOINTS / "unet.pt"
GUIDED = CHECKPOINTS / "unet_guided.pt"
BEFORE_PRACTICE = CHECKPOINTS / "unet_before_practice.safetensors"
PRACTISED = CHECKPOINTS / "unet_practised.pt"
MEAN = CHECKPOINTS / "unet_mean.safetensors"


def build() -> UNet2DConditionModel:
    """Return the untrained UNet: 20.2 million parameters, attention at 8x8 and 4x4.

    Cross-attention places what the sentence names; its pooled states, added to the time
    embedding, say it to every block at once.
    """
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        block_out_channels=(128, 192, 224),
        layers_per_block=1,
        cross_attention_dim=384,
        attention_head_dim=(4, 6, 7),
        addition_embed_type="text",
        addition_embed_type_num_heads=6,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    )


def shipped() -> UNet2DConditionModel:
    """Return the one that the package carries, in float32."""
    return UNet2DConditionModel.from_pretrained(SHIPPED / "unet", dtype=torch.float32).eval()


def averaged(checkpoint: Path) -> UNet2DConditionModel:
    """Return the averaged weights of a checkpoint."""
    model = build()
    saved = torch.load(checkpoint, weights_only=True)["weights"]
    for weight, part in views(saved["average"], model):
        weight.data.copy_(part)
    return model.eval()


def trained() -> UNet2DConditionModel:
    """Return what `train_unet.py` made here, or else the one that ships."""
    return averaged(TRAINED) if TRAINED.exists() else shipped()


def guided() -> UNet2DConditionModel:
    """Return what `teach_guidance.py` made of that, or else what there is."""
    return averaged(GUIDED) if GUIDED.exists() else trained()


def before_practice() -> UNet2DConditionModel:
    """Return what `practise.py` begins with, which later runs of it need as it was.

    A checkpoint stays. The one that ships may be replaced by the result of a practice, so where
    there is no other it is kept.
    """
    if GUIDED.exists() or TRAINED.exists():
        return guided()
    model = shipped()
    if not BEFORE_PRACTICE.exists():
        BEFORE_PRACTICE.parent.mkdir(parents=True, exist_ok=True)
        save_file(model.state_dict(), BEFORE_PRACTICE)
    model.load_state_dict(load_file(BEFORE_PRACTICE))
    return model


def practised() -> UNet2DConditionModel:
    """Return what `mean_unet.py` or `practise.py` made of that, or else what there is."""
    if MEAN.exists():
        model = build()
        model.load_state_dict(load_file(MEAN))
        return model.eval()
    return averaged(PRACTISED) if PRACTISED.exists() else guided()


def for_training(model: UNet2DConditionModel, dtype: torch.dtype) -> UNet2DConditionModel:
    """Let a UNet compute in the order and with the operations that are fast on a CPU."""
    model = model.to(dtype, memory_format=torch.channels_last)
    # Flash attention's backward is slow on a CPU at 16 to 64 tokens.
    model.set_attn_processor(AttnProcessor())
    if dtype == torch.bfloat16:
        use_fast_group_norm(model)
    return model
