"""What a model's files say of it, before anything large is read."""

from dataclasses import dataclass

from inkcloud.domain.noise_schedule import Prediction


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """A checkpoint's properties, read from its configuration and its tensors' headers.

    Attributes:
        layout: "folder" in diffusers' format, or "file": one safetensors file.
        family: for people, such as "Stable Diffusion 2" or "Inkling".
        prediction: what the UNet was trained to predict.
        native_size: width and height in pixels that it was trained for.
        unet_parameters: how many weights the UNet has.
        weight_bytes: the size of all its weights as they are stored.
        stored_dtype: the number format of most of them, such as "float16".
        memory_half: bytes that it takes in half precision while it draws a guided picture of
            its native size, beside the program itself; 0 if that was not estimated.
        memory_single: the same in float32.
    """

    layout: str
    family: str
    prediction: Prediction
    native_size: tuple[int, int]
    unet_parameters: int
    weight_bytes: int
    stored_dtype: str
    memory_half: int = 0
    memory_single: int = 0
