"""A checkpoint's training schedule, from its scheduler_config.json."""

from inkcloud.checkpoints.folder import Component
from inkcloud.checkpoints.json_file import read_json_object
from inkcloud.checkpoints.rule import NONE, Rule, check_config, choice, number, whole
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import BetaSchedule, NoiseSchedule, Prediction

FILE = "scheduler_config.json"

RULES: dict[str, Rule] = {
    "prediction_type": choice(*(item.value for item in Prediction)),
    "beta_schedule": choice(*(item.value for item in BetaSchedule)),
    "beta_start": number(1e-8, 0.5),
    "beta_end": number(1e-8, 0.5),
    "num_train_timesteps": whole(500, 100_000),
    "trained_betas": NONE,
    "rescale_betas_zero_snr": choice(False),
    "use_flow_sigmas": choice(False),
}


def read_schedule(component: Component, prediction: Prediction | None = None) -> NoiseSchedule:
    """Return the noise schedule; no scheduler is ever built.

    What the file leaves out has the default that diffusers' schedulers share: epsilon,
    1000 steps, betas linear from 0.0001 to 0.02.

    Args:
        component: the scheduler's folder.
        prediction: what the UNet predicts, whatever the file says.

    Raises:
        CheckpointError: if the file is missing, damaged, or says what is not supported.
    """
    shown = component.shown(FILE)
    config = check_config(read_json_object(component.folder / FILE, shown), RULES, (), shown)
    start, end = config.get("beta_start", 0.0001), config.get("beta_end", 0.02)
    if start > end:
        raise CheckpointError(
            f"{shown} has betas that shrink.",
            field=f"{shown}: beta_start",
            value=start,
            allowed=f"at most beta_end, {end}",
        )
    return NoiseSchedule(
        prediction=prediction or Prediction(config.get("prediction_type", "epsilon")),
        beta_start=start,
        beta_end=end,
        beta_schedule=BetaSchedule(config.get("beta_schedule", "linear")),
        training_steps=config.get("num_train_timesteps", 1000),
    )
