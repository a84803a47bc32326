"""`inkcloud generate`."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkcloud.checkpoints.uncollected import uncollected
from inkcloud.cli.errors import plain_errors
from inkcloud.cli.input_file import read_init_image
from inkcloud.domain.events import Event, Finished
from inkcloud.domain.generation_request import (
    DEFAULT_GUIDANCE_SCALE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
    DEFAULT_STRENGTH,
    GenerationRequest,
)
from inkcloud.domain.limits import Limits
from inkcloud.domain.sampler_name import SamplerName

if TYPE_CHECKING:
    from inkcloud.cli.stopwatch import Stopwatch


@plain_errors
def generate(
    prompt: Annotated[str, typer.Argument(help="What to draw.", show_default=False)],
    negative_prompt: Annotated[
        str, typer.Option(envvar="INKCLOUD_NEGATIVE_PROMPT", help="What to keep out.")
    ] = "",
    steps: Annotated[
        int, typer.Option(envvar="INKCLOUD_STEPS", help="Sampling steps, 1 to 500.")
    ] = DEFAULT_STEPS,
    scheduler: Annotated[
        str, typer.Option(envvar="INKCLOUD_SCHEDULER", help="One of " + ", ".join(SamplerName))
    ] = DEFAULT_SAMPLER.value,
    guidance_scale: Annotated[
        float,
        typer.Option(
            envvar="INKCLOUD_GUIDANCE_SCALE", help="Weight of the prompt, 1 to 20; 1 is none."
        ),
    ] = DEFAULT_GUIDANCE_SCALE,
    seed: Annotated[
        int | None,
        typer.Option(
            envvar="INKCLOUD_SEED",
            help="0 or more; the same seed gives the same picture.",
            show_default="a random one",
        ),
    ] = None,
    variation_seed: Annotated[
        int | None,
        typer.Option(
            envvar="INKCLOUD_VARIATION_SEED",
            help="The other seed that the starting noise is turned towards.",
            show_default="none",
        ),
    ] = None,
    variation_strength: Annotated[
        float,
        typer.Option(
            envvar="INKCLOUD_VARIATION_STRENGTH",
            help="How far it is turned, 0 (not at all) to 1 (the other seed's noise).",
        ),
    ] = 0.0,
    width: Annotated[
        int | None,
        typer.Option(
            envvar="INKCLOUD_WIDTH",
            help="Pixels.",
            show_default="the model's own, or the image's shape",
        ),
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(
            envvar="INKCLOUD_HEIGHT",
            help="Pixels.",
            show_default="the model's own, or the image's shape",
        ),
    ] = None,
    images: Annotated[
        int,
        typer.Option(
            envvar="INKCLOUD_IMAGES", help="How many pictures; each next one has the next seed."
        ),
    ] = 1,
    image: Annotated[
        Path | None,
        typer.Option(
            envvar="INKCLOUD_IMAGE",
            help="A PNG, JPEG or WebP file to start from, instead of noise alone.",
            show_default="none",
        ),
    ] = None,
    strength: Annotated[
        float,
        typer.Option(
            envvar="INKCLOUD_STRENGTH",
            help="How far to go from the image, above 0 and up to 1; without effect without it.",
        ),
    ] = DEFAULT_STRENGTH,
    model: Annotated[
        str,
        typer.Option(envvar="INKCLOUD_MODEL", help="A stored model's name, or a path."),
    ] = "inkling",
    dtype: Annotated[
        str, typer.Option(envvar="INKCLOUD_DTYPE", help="auto, float32, bfloat16 or float16.")
    ] = "auto",
    backend: Annotated[
        str,
        typer.Option(
            envvar="INKCLOUD_BACKEND",
            help="auto (what `inkcloud models prepare` found), torch or openvino.",
        ),
    ] = "auto",
    prediction: Annotated[
        str | None,
        typer.Option(
            envvar="INKCLOUD_PREDICTION",
            help="What the model's UNet predicts: epsilon or v_prediction.",
            show_default="what the model says",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            envvar="INKCLOUD_OUTPUT",
            help="The PNG file to write; an existing one is replaced.",
            show_default="inkcloud-SEED.png",
        ),
    ] = None,
) -> None:
    """Draw a picture here and now, with no server."""
    request = GenerationRequest(
        prompt=prompt,
        negative_prompt=negative_prompt,
        num_inference_steps=steps,
        scheduler=SamplerName.parse(scheduler),
        guidance_scale=guidance_scale,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        variation_seed=variation_seed,
        variation_strength=variation_strength,
        width=width,
        height=height,
        num_images=images,
        image=None if image is None else read_init_image(image),
        strength=strength,
    ).validated(Limits())
    draw(request, model=model, dtype=dtype, backend=backend, prediction=prediction, output=output)


def draw(
    request: GenerationRequest,
    *,
    model: str,
    dtype: str,
    backend: str = "auto",
    prediction: str | None = None,
    output: Path | None,
) -> None:
    """Render a valid request with a model loaded for it, write its pictures and say so."""
    from inkcloud.cli.output_files import output_paths, write_whole
    from inkcloud.cli.progress_line import ProgressLine
    from inkcloud.cli.stopwatch import Stopwatch

    paths = output_paths(output, request.seed, request.num_images)
    stopwatch = Stopwatch()
    with ProgressLine() as line:

        def watch(event: Event) -> None:
            line.watch(event)
            stopwatch.watch(event)

        with uncollected(once=True):
            from inkcloud.cli.local_engine import LocalEngine

            engine = LocalEngine(model, dtype, prediction, backend)
        with engine:
            finished = engine.render(request, watch)
    for path, picture in zip(paths, finished.pictures, strict=True):
        write_whole(path, picture.png)
    _report(paths, finished, stopwatch)


def _report(paths: list[Path], finished: Finished, stopwatch: "Stopwatch") -> None:
    from inkcloud.cli.stopwatch import peak_memory_bytes

    for path, picture in zip(paths, finished.pictures, strict=True):
        record = picture.record
        print(f"{path}  {record.width}x{record.height}, seed {record.seed}")
    step = stopwatch.step_seconds(finished.seconds)
    print(
        f"{finished.seconds:.2f} s"
        + (f" ({step:.3f} s a step)" if step is not None else "")
        + f", {stopwatch.seconds:.1f} s with loading; peak memory {peak_memory_bytes() >> 20} MiB"
    )
