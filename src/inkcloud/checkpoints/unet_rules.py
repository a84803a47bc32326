"""What a UNet's configuration may say: text-conditioned latents in, latents out."""

from inkcloud.checkpoints.rule import FLAG, NONE, Rule, choice, each, number, whole

_WIDTH = whole(1, 16384)
_COUNT = whole(1, 64)
_DOWN = choice("CrossAttnDownBlock2D", "DownBlock2D")
_UP = choice("CrossAttnUpBlock2D", "UpBlock2D")
_ACTIVATION = choice("silu", "swish", "mish", "gelu", "relu")

REQUIRED = (
    "sample_size",
    "in_channels",
    "out_channels",
    "block_out_channels",
    "cross_attention_dim",
)

RULES: dict[str, Rule] = {
    "sample_size": whole(1, 1024) | each(whole(1, 1024), 2),
    "in_channels": whole(1, 64),
    "out_channels": whole(1, 64),
    "center_input_sample": FLAG,
    "flip_sin_to_cos": FLAG,
    "freq_shift": whole(0, 1),
    "down_block_types": each(_DOWN),
    "mid_block_type": choice("UNetMidBlock2DCrossAttn"),
    "up_block_types": each(_UP),
    "only_cross_attention": FLAG | each(FLAG),
    "block_out_channels": each(_WIDTH),
    "layers_per_block": _COUNT | each(_COUNT),
    "downsample_padding": whole(0, 1),
    "mid_block_scale_factor": number(1e-6, 1e6),
    "dropout": number(0, 1),
    "act_fn": _ACTIVATION,
    "norm_num_groups": _WIDTH,
    "norm_eps": number(0, 1),
    "cross_attention_dim": _WIDTH,
    "transformer_layers_per_block": _COUNT | each(_COUNT),
    "reverse_transformer_layers_per_block": NONE,
    "encoder_hid_dim": NONE,
    "encoder_hid_dim_type": NONE,
    "attention_head_dim": _WIDTH | each(_WIDTH),
    "num_attention_heads": NONE,
    "dual_cross_attention": FLAG,
    "use_linear_projection": FLAG,
    "class_embed_type": NONE,
    "addition_embed_type": choice("text") | NONE,
    "addition_embed_type_num_heads": _COUNT,
    "addition_time_embed_dim": NONE,
    "num_class_embeds": NONE,
    "upcast_attention": FLAG | NONE,
    "resnet_time_scale_shift": choice("default", "scale_shift"),
    "resnet_skip_time_act": FLAG,
    "resnet_out_scale_factor": number(1e-6, 1e6),
    "time_embedding_type": choice("positional"),
    "time_embedding_dim": _WIDTH | NONE,
    "time_embedding_act_fn": _ACTIVATION | NONE,
    "timestep_post_act": _ACTIVATION | NONE,
    "time_cond_proj_dim": NONE,
    "conv_in_kernel": choice(1, 3, 5, 7),
    "conv_out_kernel": choice(1, 3, 5, 7),
    "projection_class_embeddings_input_dim": NONE,
    "attention_type": choice("default"),
    "class_embeddings_concat": choice(False),
    "mid_block_only_cross_attention": FLAG | NONE,
    "cross_attention_norm": NONE,
}
