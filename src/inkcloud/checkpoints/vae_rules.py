"""What an autoencoder's configuration may say: latents to pictures with three channels."""

from inkcloud.checkpoints.rule import FLAG, NONE, Rule, choice, each, number, whole

_WIDTH = whole(1, 16384)
_COUNT = whole(1, 64)

KL_REQUIRED = ("block_out_channels", "latent_channels", "down_block_types", "up_block_types")

KL_RULES: dict[str, Rule] = {
    "in_channels": choice(3),
    "out_channels": choice(3),
    "down_block_types": each(choice("DownEncoderBlock2D")),
    "up_block_types": each(choice("UpDecoderBlock2D")),
    "block_out_channels": each(_WIDTH),
    "layers_per_block": _COUNT,
    "act_fn": choice("silu", "swish", "mish", "gelu", "relu"),
    "latent_channels": whole(1, 64),
    "norm_num_groups": _WIDTH,
    "sample_size": whole(1, 16384),
    "scaling_factor": number(1e-6, 1e6),
    # The pipeline of this folder format decodes latents / scaling_factor and no more.
    "shift_factor": NONE | choice(0, 0.0),
    "latents_mean": NONE,
    "latents_std": NONE,
    "use_quant_conv": FLAG,
    "use_post_quant_conv": FLAG,
    "mid_block_add_attention": FLAG,
}

TINY_REQUIRED = ("latent_channels", "encoder_block_out_channels", "decoder_block_out_channels")

TINY_RULES: dict[str, Rule] = {
    "in_channels": choice(3),
    "out_channels": choice(3),
    "encoder_block_out_channels": each(_WIDTH),
    "decoder_block_out_channels": each(_WIDTH),
    "act_fn": choice("relu", "silu", "swish", "mish", "gelu"),
    "upsample_fn": choice("nearest", "bilinear", "bicubic"),
    "latent_channels": whole(1, 64),
    "upsampling_scaling_factor": choice(2),
    "num_encoder_blocks": each(whole(0, 64)),
    "num_decoder_blocks": each(whole(0, 64)),
    "latent_magnitude": number(1e-6, 1e6),
    "latent_shift": number(-1e6, 1e6),
    "scaling_factor": number(1e-6, 1e6),
    "shift_factor": NONE | choice(0, 0.0),
}
