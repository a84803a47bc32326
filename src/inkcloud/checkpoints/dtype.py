"""Which arithmetic a model runs in."""

import torch

from inkcloud.domain.errors import InvalidRequest

DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
AUTO = "auto"


def resolve_dtype(name: str) -> torch.dtype:
    """Return the dtype of that name.

    "auto" is bfloat16 on a processor that multiplies it in hardware (AVX512-BF16 or AMX),
    otherwise float32.

    Raises:
        InvalidRequest: for a name that is none of these.
    """
    if name == AUTO:
        return torch.bfloat16 if _multiplies_bfloat16() else torch.float32
    if name not in DTYPES:
        raise InvalidRequest(
            "There is no dtype of that name.",
            field="dtype",
            value=name,
            allowed="one of " + ", ".join((AUTO, *DTYPES)),
        )
    return DTYPES[name]


def _multiplies_bfloat16() -> bool:
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
