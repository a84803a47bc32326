"""Where the parts of a model are in the original single-file layouts, and what else is there."""

import re

UNET = "model.diffusion_model."
EMA = "model_ema."
VAE = "first_stage_model."
TEXT_1 = ("cond_stage_model.transformer.text_model.", "cond_stage_model.transformer.")
TEXT_2 = "cond_stage_model.model."

_HARMLESS = (
    # The training schedule as tensors: the family has one, and it is known.
    "betas",
    r"(sqrt_|log_)?(recip_|recipm1_|one_minus_)?alphas_cumprod(_prev)?",
    r"posterior_(variance|log_variance_clipped|mean_coef1|mean_coef2)",
    "lvlb_weights",
    "logvar",
    # Training's own: losses, averages, counters.
    r"(first_stage_model\.)?loss\..+",
    r"(first_stage_model\.|cond_stage_model\.)?model_ema\..+",
    "global_step",
    # Of CLIP's two halves only the text's hidden states are used.
    r"cond_stage_model\.(transformer\.)?(text_model\.)?embeddings\.position_ids",
    r"cond_stage_model\.(model\.|transformer\.)?(text_projection|logit_scale|attn_mask)(\.weight)?",
)
_HARMLESS_NAME = re.compile("|".join(_HARMLESS), re.ASCII)


def is_harmless(name: str) -> bool:
    """Say whether a tensor may be passed over: it never changes a picture."""
    return _HARMLESS_NAME.fullmatch(name) is not None
