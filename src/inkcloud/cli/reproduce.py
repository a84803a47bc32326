"""`inkcloud reproduce`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkcloud.checkpoints.uncollected import uncollected
from inkcloud.cli.errors import FAILED, plain_errors
from inkcloud.cli.input_file import read_init_image, read_input

if TYPE_CHECKING:
    from inkcloud.domain.generation_request import GenerationRequest
    from inkcloud.domain.picture import Picture

LARGEST_FILE = 64 * 1024 * 1024
OUR_FILE = "a PNG file that Inkcloud wrote"


@plain_errors
def reproduce(
    picture: Annotated[Path, typer.Argument(help="A PNG that Inkcloud wrote.", show_default=False)],
    model: Annotated[
        str | None,
        typer.Option(
            envvar="INKCLOUD_REPRODUCE_MODEL",
            help="The model's name or path.",
            show_default="the name in the picture's record",
        ),
    ] = None,
    prediction: Annotated[
        str | None,
        typer.Option(
            envvar="INKCLOUD_REPRODUCE_PREDICTION",
            help="What the model's UNet predicts: epsilon or v_prediction.",
            show_default="what the picture's record or the model says",
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(
            envvar="INKCLOUD_REPRODUCE_IMAGE",
            help="The image that the picture began as; needed if it began as one.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Render a picture again from its own record and compare.

    Says identical, equal within one level, or different, and what differs between then
    and now. The exit code is 0 unless the pictures are different. A picture that began as an
    image does not hold that image but knows its SHA-256, so only the very same file will do.
    """
    png = read_input(picture, field="picture", longest=LARGEST_FILE, allowed=OUR_FILE)
    start = None if image is None else read_init_image(image)

    from inkcloud.cli.comparison import compare, record_differences
    from inkcloud.engine.picture_file import read_png

    pixels, record = read_png(png)
    # What OpenVINO drew it draws again where it is prepared; else torch does, and it is said.
    backend = "torch" if record.backend.startswith("torch") else "auto"
    again = _render(
        record.request(start),
        model or record.checkpoint,
        record.dtype,
        prediction or record.prediction,
        backend,
    )
    verdict = compare(pixels, read_png(again.png)[0], same_bytes=png == again.png)
    print(f"{picture}: {verdict.sentence}")
    for difference in record_differences(record, again.record):
        print(f"  {difference}")
    if not verdict.good:
        raise typer.Exit(FAILED)


def _render(
    request: "GenerationRequest", model: str, dtype: str, prediction: str | None, backend: str
) -> "Picture":
    from inkcloud.cli.progress_line import ProgressLine

    with ProgressLine() as line:
        with uncollected(once=True):
            from inkcloud.cli.local_engine import LocalEngine

            engine = LocalEngine(model, dtype, prediction, backend)
        with engine:
            return engine.render(request, line.watch).pictures[0]
