"""`inkcloud up`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkcloud.bootstrap import settings
from inkcloud.bootstrap.settings import ENVIRONMENT
from inkcloud.cli.errors import plain_errors

if TYPE_CHECKING:
    from inkcloud.engine.preparation import Stage


@plain_errors
def up(
    host: Annotated[
        str,
        typer.Option(
            envvar=ENVIRONMENT["host"],
            help="Address to listen on; 0.0.0.0 is every network, and then a token is needed.",
        ),
    ] = settings.DEFAULT_HOST,
    port: Annotated[
        int, typer.Option(envvar=ENVIRONMENT["port"], min=0, max=65535, help="The gateway's port.")
    ] = settings.DEFAULT_PORT,
    playground_port: Annotated[
        int,
        typer.Option(
            envvar=ENVIRONMENT["playground_port"], min=0, max=65535, help="The playground's port."
        ),
    ] = settings.DEFAULT_PLAYGROUND_PORT,
    playground: Annotated[
        bool,
        typer.Option(envvar=ENVIRONMENT["playground"], help="Whether to start the playground."),
    ] = True,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            envvar=ENVIRONMENT["data_dir"],
            help="Folder for the database, pictures, logs and the token.",
            show_default="~/.local/share/inkcloud",
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(envvar=ENVIRONMENT["model"], help="A stored model's name, or a path."),
    ] = settings.DEFAULT_MODEL,
    dtype: Annotated[
        str,
        typer.Option(envvar=ENVIRONMENT["dtype"], help="auto, float32, bfloat16 or float16."),
    ] = settings.DEFAULT_DTYPE,
    backend: Annotated[
        str,
        typer.Option(
            envvar=ENVIRONMENT["backend"],
            help="auto (what `inkcloud models prepare` found), torch or openvino.",
        ),
    ] = settings.DEFAULT_BACKEND,
    prediction: Annotated[
        str | None,
        typer.Option(
            envvar=ENVIRONMENT["prediction"],
            help="What the model's UNet predicts: epsilon or v_prediction.",
            show_default="what the model says",
        ),
    ] = None,
    prepare: Annotated[
        bool,
        typer.Option(
            envvar=ENVIRONMENT["prepare"],
            help="Whether to find out before the first start what draws the built-in model "
            "fastest on this machine.",
        ),
    ] = True,
    database: Annotated[
        str | None,
        typer.Option(
            envvar=ENVIRONMENT["database"],
            help="A database's URL, for example postgresql://USER:PASSWORD@HOST/DATABASE. Set it "
            "by the environment if it has a password: other people see commands.",
            show_default="SQLite in the data folder",
        ),
    ] = None,
) -> None:
    """Start the gateway, one endpoint on the built-in model, and the playground.

    Prints their addresses and a token. Ctrl-C stops everything (exit code 0); a second
    Ctrl-C stops it by force (exit code 130).
    """
    from inkcloud.bootstrap.up import run

    run(
        settings.UpSettings(
            host=host,
            port=port,
            playground_port=playground_port,
            playground=playground,
            data_dir=(data_dir or settings.default_data_dir()).expanduser().absolute(),
            model=model,
            dtype=dtype,
            backend=backend,
            prediction=prediction,
            prepare=prepare,
            database=database,
        ),
        _stages,
    )


@contextmanager
def _stages() -> "Iterator[Callable[[Stage], None]]":
    from inkcloud.cli.stage_line import StageLine

    with StageLine() as line:
        yield line.watch
