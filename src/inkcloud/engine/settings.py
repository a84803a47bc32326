"""How the engine shares the processor."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineSettings:
    """The engine's own limits.

    Attributes:
        rows_per_call: rows in every UNet call of a small checkpoint; missing rows are
            padded, because a different batch size changes a row's last bits. Only where it
            was prepared and found to change none, half of them are enough.
        solo_parameters: from this many UNet parameters on, a call holds the rows of one
            picture only: a large model gains nothing from a larger batch on a CPU.
        running_pictures: how many pictures advance in turn; the others wait.
        waiting_generations: how many generations may wait before one is refused.
        cached_prompts: how many prompts' encodings are kept.
        small_model_threads: how many threads torch computes a small checkpoint on; its layers
            are too small to be worth dividing (measured: benchmarks/small_model_threads.py),
            and its bytes then do not depend on how many cores there are. A large one runs on
            as many as torch takes by itself.
        small_openvino_threads: the same for OpenVINO, which divides them better. Its bytes
            depend on this number too, so it is not the number of cores either.
        cached_images: how many encodings of images that pictures start from are kept.
    """

    rows_per_call: int = 4
    solo_parameters: int = 200_000_000
    running_pictures: int = 8
    waiting_generations: int = 1024
    cached_prompts: int = 64
    cached_images: int = 8
    small_model_threads: int = 1
    small_openvino_threads: int = 2
