"""What a single file states of itself, or its family for it: prediction and native size.

The names are those of the ModelSpec metadata standard, which trainers and converters write.
"""

import re
from collections.abc import Mapping

from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import Prediction

PREDICTION = "modelspec.prediction_type"
RESOLUTION = "modelspec.resolution"

_PREDICTIONS = {
    "epsilon": Prediction.EPSILON,
    "v": Prediction.V,
    "v_prediction": Prediction.V,
}
_RESOLUTION = re.compile(r"(\d{2,4})x(\d{2,4})", re.ASCII)
_SIDES = (64, 2048)


def read_prediction(
    metadata: Mapping[str, str], version: int, told: Prediction | None, shown: str
) -> Prediction:
    """Return what a single file's UNet predicts.

    Args:
        metadata: what the file states.
        version: of Stable Diffusion; 1 predicts noise unless something else is said.
        told: what the caller says, which goes before everything else.
        shown: the file's name.

    Raises:
        CheckpointError: if nobody says it, or the file states what is not supported.
    """
    if told is not None:
        return told
    stated = metadata.get(PREDICTION)
    if stated is not None and stated not in _PREDICTIONS:
        raise CheckpointError(
            f"{shown} states a kind of prediction that is not supported.",
            field=f"{shown}: {PREDICTION}",
            value=stated,
            allowed="one of " + ", ".join(_PREDICTIONS),
        )
    if stated is not None:
        return _PREDICTIONS[stated]
    if version == 1:
        return Prediction.EPSILON
    raise CheckpointError(
        f"{shown} does not say what its UNet predicts, and in Stable Diffusion 2 it may be "
        "either. Say it with --prediction, or INKCLOUD_PREDICTION for an endpoint: "
        "v_prediction for models at 768 pixels, epsilon for base models at 512.",
        field="prediction",
        value=None,
        allowed=", ".join(Prediction),
    )


def read_native_size(
    metadata: Mapping[str, str], version: int, prediction: Prediction, factor: int
) -> tuple[int, int]:
    """Return the width and height in pixels that a single file was trained for.

    A stated size that no picture of this model can have is passed over.

    Args:
        metadata: what the file states.
        version: of Stable Diffusion.
        prediction: what the UNet predicts; version 2 at 768 pixels predicts v.
        factor: pixels along one side of a latent cell.
    """
    match = _RESOLUTION.fullmatch(metadata.get(RESOLUTION, ""))
    if match:
        width, height = int(match[1]), int(match[2])
        if all(_SIDES[0] <= side <= _SIDES[1] and side % factor == 0 for side in (width, height)):
            return width, height
    side = 768 if version == 2 and prediction is Prediction.V else 512
    return side, side
