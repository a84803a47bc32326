"""`inkcloud models prepare`."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from inkcloud.cli import gateway_options
from inkcloud.cli import model_options as options
from inkcloud.cli.errors import plain_errors
from inkcloud.domain.noise_schedule import Prediction

if TYPE_CHECKING:
    from inkcloud.checkpoints.backends.prepared_shape import PreparedShape


@plain_errors
def prepare(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A stored model's name, or a path.")
    ],
    dtype: Annotated[
        str, typer.Option(envvar="INKCLOUD_DTYPE", help="auto, float32, bfloat16 or float16.")
    ] = "auto",
    width: Annotated[
        int | None,
        typer.Option(envvar="INKCLOUD_WIDTH", help="Pixels.", show_default="the model's own"),
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(envvar="INKCLOUD_HEIGHT", help="Pixels.", show_default="the model's own"),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            envvar="INKCLOUD_ROWS",
            help="UNet inputs in a call: 2 for guided pictures, 1 for others; 4 for a small model.",
            show_default="as guided pictures need",
        ),
    ] = None,
    prediction: options.PredictionOption = "",
    data_dir: options.DataDir = None,
    as_json: gateway_options.AsJson = False,
) -> None:
    """Find what computes a model fastest on this machine, and remember it.

    Each backend draws a fixed sample, which must agree with float32, and runs in a race.
    Ctrl-C stops it and leaves what was there before.
    """
    from inkcloud.checkpoints.backends.prepared_folder import PREPARED, prepared_dir
    from inkcloud.checkpoints.locate import find_model
    from inkcloud.cli.listing import print_json
    from inkcloud.cli.stage_line import StageLine
    from inkcloud.engine.prepare import Wanted, prepare_model

    folder = options.data_folder(data_dir) / PREPARED if data_dir else prepared_dir(os.environ)
    found = find_model(model, options.open_store(data_dir) if data_dir else None)
    wanted = Wanted(
        path=found.path,
        root=folder,
        name=found.name,
        prediction=Prediction.parse(prediction) or found.prediction,
        dtype=dtype,
        width=width,
        height=height,
        rows=rows,
    )
    with StageLine() as line:
        outcome = prepare_model(wanted, line.watch)
    print_json(outcome) if as_json else _report(outcome)


def _report(outcome: "PreparedShape") -> None:
    from inkcloud.cli.listing import print_rows

    print_rows(
        ("BACKEND", "SECONDS A CALL", "FROM", "TO", "ERROR", "PSNR", "REMARK"),
        [
            (
                each.backend,
                f"{each.seconds:.3f}" if each.seconds else "",
                f"{each.fastest:.3f}" if each.seconds else "",
                f"{each.slowest:.3f}" if each.seconds else "",
                f"{each.error:.1e}" if each.seconds else "",
                "equal" if each.psnr is None and each.seconds else _decibels(each.psnr),
                _remark(outcome, each.backend, each.refused),
            )
            for each in outcome.measurements
        ],
    )


def _decibels(psnr: float | None) -> str:
    return "" if psnr is None else f"{psnr:.1f} dB"


def _remark(outcome: "PreparedShape", backend: str, refused: str) -> str:
    if refused:
        return f"not used: {refused}"
    return "is used from now on" if backend == outcome.winner else ""
