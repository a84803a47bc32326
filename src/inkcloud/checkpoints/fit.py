"""Whether a model's parts fit one another."""

from inkcloud.checkpoints.modules import FILE, Part
from inkcloud.domain.errors import CheckpointError


def check_fit(text_encoder: Part, unet: Part, vae: Part) -> None:
    """Compare the configurations of the three modules.

    Raises:
        CheckpointError: if the UNet does not read what the text encoder writes, or does
            not work on the autoencoder's latents.
    """
    _check_latents(unet, vae)
    _check_stages(vae)
    width = text_encoder.config["hidden_size"]
    if unet.config["cross_attention_dim"] != width:
        raise CheckpointError(
            "The UNet and the text encoder do not fit: they have different text widths.",
            field=f"{unet.component.shown(FILE)}: cross_attention_dim",
            value=unet.config["cross_attention_dim"],
            allowed=f"{width}, the text encoder's hidden_size",
        )


def _check_latents(unet: Part, vae: Part) -> None:
    channels = vae.config["latent_channels"]
    for side in ("in_channels", "out_channels"):
        found = unet.config[side]
        if found != channels:
            extra = " (a model for inpainting or editing?)" if found > channels else ""
            raise CheckpointError(
                f"The UNet does not work on the autoencoder's latents alone{extra}.",
                field=f"{unet.component.shown(FILE)}: {side}",
                value=found,
                allowed=f"{channels}, the autoencoder's latent_channels",
            )


def _check_stages(vae: Part) -> None:
    config, shown = vae.config, vae.component.shown(FILE)
    lists = [
        name
        for name in config
        if name.endswith(("_block_types", "block_out_channels", "coder_blocks"))
    ]
    counts = {len(config[name]) for name in lists}
    if len(counts) > 1:
        raise CheckpointError(
            f"{shown} does not describe as many stages on either side.",
            field=f"{shown}: " + ", ".join(lists),
            value=str({name: len(config[name]) for name in lists}),
            allowed="lists of one length",
        )
