"""Which arithmetic a model runs in."""

import torch

from inkcloud.checkpoints.backends.device import CPU
from inkcloud.domain.errors import InvalidRequest

DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
AUTO = "auto"


def resolve_dtype(name: str, device: torch.device = CPU) -> torch.dtype:
    """Return the dtype of that name.

    "auto" is bfloat16 on a processor that multiplies it in hardware (AVX512-BF16 or AMX) and
    on CUDA devices that do, otherwise float32.

    Raises:
        InvalidRequest: for a name that is none of these.
    """
    if name == AUTO:
        return torch.bfloat16 if _multiplies_bfloat16(device) else torch.float32
    if name not in DTYPES:
        raise InvalidRequest(
            "There is no dtype of that name.",
            field="dtype",
            value=name,
            allowed="one of " + ", ".join((AUTO, *DTYPES)),
        )
    return DTYPES[name]


def dtype_name(dtype: torch.dtype) -> str:
    """Return the name of a dtype, for example "bfloat16"."""
    return str(dtype).removeprefix("torch.")


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device != CPU:
        return False
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
