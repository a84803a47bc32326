"""`inkcloud reproduce`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkcloud.cli.errors import FAILED, plain_errors
from inkcloud.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from inkcloud.domain.picture import Picture
    from inkcloud.domain.record import Record

LARGEST_FILE = 64 * 1024 * 1024


@plain_errors
def reproduce(
    image: Annotated[Path, typer.Argument(help="A PNG that Inkcloud wrote.", show_default=False)],
    model: Annotated[
        str | None,
        typer.Option(
            envvar="INKCLOUD_REPRODUCE_MODEL",
            help="The model's name or folder.",
            show_default="the name in the picture's record",
        ),
    ] = None,
) -> None:
    """Render a picture again from its own record and compare.

    Says identical, equal within one level, or different, and what differs between then
    and now. The exit code is 0 unless the pictures are different.
    """
    png = read_picture(image)

    from inkcloud.cli.comparison import compare, record_differences
    from inkcloud.engine.picture_file import read_png

    pixels, record = read_png(png)
    again = _render(record, model or record.checkpoint)
    verdict = compare(pixels, read_png(again.png)[0], same_bytes=png == again.png)
    print(f"{image}: {verdict.sentence}")
    for difference in record_differences(record, again.record):
        print(f"  {difference}")
    if not verdict.good:
        raise typer.Exit(FAILED)


def read_picture(image: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InvalidRequest: if there is no such file, or it cannot be a picture of ours.
    """
    try:
        size = image.stat().st_size
        if size > LARGEST_FILE:
            raise InvalidRequest(
                f"The file is too large to be a picture: {size} bytes.",
                field="image",
                value=str(image),
                allowed=f"at most {LARGEST_FILE} bytes",
            )
        return image.read_bytes()
    except OSError as error:
        raise InvalidRequest(
            f"The picture cannot be read: {(error.strerror or str(error)).lower()}.",
            field="image",
            value=str(image),
            allowed="a PNG file that Inkcloud wrote",
        ) from error


def _render(record: "Record", model: str) -> "Picture":
    from inkcloud.cli.progress_line import ProgressLine

    request = record.request()
    with ProgressLine() as line:
        from inkcloud.cli.local_engine import LocalEngine

        with LocalEngine(model, record.dtype) as engine:
            return engine.render(request, line.watch).pictures[0]
