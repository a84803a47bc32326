"""`inkcloud models`."""

import typer

from inkcloud.cli.prepare_model import prepare

app = typer.Typer(
    help="Work on models, with no server.", no_args_is_help=True, rich_markup_mode=None
)
app.command()(prepare)


@app.callback()
def _group() -> None:
    """Keep it a group while it has a single command."""
