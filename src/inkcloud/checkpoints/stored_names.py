"""From the names that tensors have in files, new and old, to the names of the modules."""

from collections.abc import Callable

_OLD_ATTENTION = {
    "query": "to_q",
    "key": "to_k",
    "value": "to_v",
    "proj_attn": "to_out.0",
}


def _same(name: str) -> str:
    return name


def _clip(name: str) -> str | None:
    name = name.removeprefix("text_model.")
    # Older files hold the positions 0, 1, 2, ... as a tensor.
    return None if name == "embeddings.position_ids" else name


def _bert(name: str) -> str | None:
    name = name.removeprefix("bert.")
    return None if name in {"embeddings.position_ids", "embeddings.token_type_ids"} else name


def _autoencoder(name: str) -> str:
    parts = name.split(".")
    if "attentions" in parts and len(parts) > 2 and parts[-2] in _OLD_ATTENTION:
        parts[-2] = _OLD_ATTENTION[parts[-2]]
    return ".".join(parts)


RENAME: dict[str, Callable[[str], str | None]] = {
    "UNet2DConditionModel": _same,
    "AutoencoderKL": _autoencoder,
    "AutoencoderTiny": _same,
    "CLIPTextModel": _clip,
    "BertModel": _bert,
}
"""For each class: from a stored name to the module's, or None for what it does not need."""
