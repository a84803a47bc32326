"""How a checkpoint was trained: its noise levels and what its network predicts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from inkcloud.domain.errors import InvalidRequest


class Prediction(StrEnum):
    """What the network's output means, under diffusers' names."""

    EPSILON = "epsilon"
    V = "v_prediction"

    @classmethod
    def parse(cls, value: str | None) -> Self | None:
        """Return the kind of that name; None and "" are None.

        Raises:
            InvalidRequest: for a name that is none of these.
        """
        if not value:
            return None
        try:
            return cls(value)
        except ValueError as error:
            raise InvalidRequest(
                "There is no kind of prediction of that name.",
                field="prediction",
                value=value,
                allowed="one of " + ", ".join(cls),
            ) from error


class BetaSchedule(StrEnum):
    """How beta grows over the training steps, under diffusers' names."""

    LINEAR = "linear"
    SCALED_LINEAR = "scaled_linear"


@dataclass(frozen=True, kw_only=True)
class NoiseSchedule:
    """The training schedule; the defaults are Stable Diffusion's.

    Attributes:
        prediction: what the network predicts.
        beta_start: first beta.
        beta_end: last beta.
        beta_schedule: linear in beta, or in its square root.
        training_steps: number of noise levels.
    """

    prediction: Prediction = Prediction.EPSILON
    beta_start: float = 0.00085
    beta_end: float = 0.012
    beta_schedule: BetaSchedule = BetaSchedule.SCALED_LINEAR
    training_steps: int = 1000
