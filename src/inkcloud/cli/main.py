"""The `inkcloud` command."""

import atexit
import gc
from typing import Annotated

import typer

import inkcloud
from inkcloud.cli import endpoints, history, models, templates, tokens
from inkcloud.cli.generate import generate
from inkcloud.cli.init import init
from inkcloud.cli.reproduce import reproduce
from inkcloud.cli.run import run
from inkcloud.cli.up import up
from inkcloud.cli.usage_errors import PlainGroup

app = typer.Typer(
    cls=PlainGroup,
    help="A compute service and a playground for text-to-image models that you run yourself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(up)
app.command()(generate)
app.command()(reproduce)
app.command()(init)
app.command()(run)
app.add_typer(models.app, name="models")
app.add_typer(templates.app, name="templates")
app.add_typer(endpoints.app, name="endpoints")
app.add_typer(tokens.app, name="tokens")
app.add_typer(history.app, name="history")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"inkcloud {inkcloud.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Hold the options that belong to no command."""


def main() -> None:
    """Run the command line; the exit code says how it went."""
    # At its end Python looks through everything that is alive for rings of references, which takes
    # 1.4 s with torch and transformers and frees nothing that the end of the process does not.
    atexit.register(gc.freeze)
    app(prog_name="inkcloud")


if __name__ == "__main__":
    main()
