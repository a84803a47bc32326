"""The tick that the variance-preserving samplers (DDIM, PNDM) share."""

from inkcloud.domain.noise_schedule import Prediction
from inkcloud.sampling.noise_level import NoiseLevel
from inkcloud.sampling.plan import History, Tick


def preserving_tick(
    timestep: float,
    level: NoiseLevel,
    prediction: Prediction,
    *,
    c_x: float,
    c_h: History,
    c_anchor: float = 0.0,
    keeps_history: bool = False,
    sets_anchor: bool = False,
) -> Tick:
    """Return a tick whose latent is the network's input and whose history holds epsilon.

    A v prediction becomes epsilon before it joins the history, at the level where it was made.

    Args:
        timestep: what the network is told.
        level: the noise level of x.
        prediction: what the network predicts.
        c_x: see `Tick`.
        c_h: see `Tick`.
        c_anchor: see `Tick`.
        keeps_history: see `Tick`.
        sets_anchor: see `Tick`.
    """
    to_x, to_output = level.epsilon_from(prediction)
    den_x, den_output = level.data_from(prediction)
    return Tick(
        timestep=timestep,
        input_scale=1.0,
        to_x=to_x,
        to_output=to_output,
        den_x=den_x,
        den_output=den_output,
        c_x=c_x,
        c_h=c_h,
        c_anchor=c_anchor,
        keeps_history=keeps_history,
        sets_anchor=sets_anchor,
    )
