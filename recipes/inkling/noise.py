"""Noise on latents, and how much of it training picks."""

import torch

# Stable Diffusion's schedule, so that the six samplers' tables fit unchanged.
BETAS = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
ALPHAS_CUMPROD = (1 - BETAS).cumprod(0)


def random_timesteps(rows: int) -> torch.Tensor:
    """Return timesteps (N,) that favour high noise, where the layout forms."""
    return (torch.sigmoid(torch.randn(rows) * 1.1 + 0.5) * 1000).long().clamp_max(999)


def noised(latents: torch.Tensor, timesteps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return noisy latents in channels-last order and the velocity v, both (N, C, h, w)."""
    alpha = ALPHAS_CUMPROD[timesteps].sqrt().float().view(-1, 1, 1, 1)
    sigma = (1 - ALPHAS_CUMPROD[timesteps]).sqrt().float().view(-1, 1, 1, 1)
    noise = torch.randn_like(latents)
    noisy = (alpha * latents + sigma * noise).contiguous(memory_format=torch.channels_last)
    return noisy, alpha * noise - sigma * latents
