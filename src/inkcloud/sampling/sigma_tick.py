"""The tick that the sigma-space samplers (Euler, Euler a, LMS) share."""

from inkcloud.domain.noise_schedule import Prediction
from inkcloud.sampling.noise_level import NoiseLevel
from inkcloud.sampling.plan import History, Tick


def sigma_tick(
    timestep: float,
    level: NoiseLevel,
    prediction: Prediction,
    weights: History,
    *,
    ancestral_noise: float | None = None,
    keeps_history: bool = False,
) -> Tick:
    """Return `next x = x + weights . (h0, h1, h2, h3) + ancestral_noise * noise`.

    Here x is x0 + sigma * epsilon, h is its derivative by sigma, which is epsilon, and the
    network sees x * signal.

    Args:
        timestep: what the network is told.
        level: the noise level of x.
        prediction: what the network predicts.
        weights: of this tick's derivative and the older ones.
        ancestral_noise: weight of fresh noise; None draws none.
        keeps_history: whether later ticks use this one's derivative.
    """
    scale = level.signal
    epsilon_x, epsilon_output = level.epsilon_from(prediction)
    data_x, data_output = level.data_from(prediction)
    return Tick(
        timestep=timestep,
        input_scale=scale,
        to_x=epsilon_x * scale,
        to_output=epsilon_output,
        den_x=data_x * scale,
        den_output=data_output,
        c_x=1.0,
        c_h=weights,
        c_noise=ancestral_noise or 0.0,
        draws_noise=ancestral_noise is not None,
        keeps_history=keeps_history,
    )
