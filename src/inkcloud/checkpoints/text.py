"""From a prompt to what the UNet attends to."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def encode_prompt(
    tokenizer: "PreTrainedTokenizerBase", text_encoder: "PreTrainedModel", prompt: str
) -> Tensor:
    """Return a prompt's embedding, as diffusers' Stable Diffusion pipeline makes it.

    The text is padded and cut to the tokenizer's length; the padding is masked only when
    the text encoder's configuration says `use_attention_mask`.

    Returns:
        (L, D) in the text encoder's dtype, on the CPU: one row a token.
    """
    tokens = tokenizer(
        prompt,
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    )
    masked = getattr(text_encoder.config, "use_attention_mask", False)
    device = text_encoder.device
    with torch.inference_mode():
        output = text_encoder(
            tokens.input_ids.to(device),
            attention_mask=tokens.attention_mask.to(device) if masked else None,
        )
    embedding: Tensor = output[0][0]
    return embedding.cpu()
