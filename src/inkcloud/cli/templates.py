"""`inkcloud templates`."""

import typer

from inkcloud.cli import gateway_options as options
from inkcloud.cli.errors import remote_errors
from inkcloud.cli.listing import print_json, print_rows

app = typer.Typer(
    help="What endpoints can be made from.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _group() -> None:
    """Keep `list` a command of its own, though it is the only one."""


@app.command("list")
@remote_errors
def list_(url: options.Url = options.DEFAULT, as_json: options.AsJson = False) -> None:
    """List the templates."""
    with options.open_client(url) as client:
        templates = client.list_templates()
    if as_json:
        print_json(templates)
        return
    print_rows(
        ("NAME", "TITLE", "DESCRIPTION"),
        [(each.name, each.title, each.description) for each in templates],
    )
