"""`inkcloud tokens`."""

import sys
from typing import Annotated

import typer

from inkcloud.cli import gateway_options as options
from inkcloud.cli.duration import seconds_of
from inkcloud.cli.errors import remote_errors
from inkcloud.cli.listing import clean, print_json, print_rows
from inkcloud.domain.access import Access, Scope

app = typer.Typer(help="Make, list and revoke tokens.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
@remote_errors
def create(
    name: Annotated[
        str, typer.Option(envvar="INKCLOUD_NAME", help="A label, to know it by in the list.")
    ] = "",
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            envvar="INKCLOUD_SCOPE",
            help="What it permits; give it once for each.",
            show_default="all",
        ),
    ] = None,
    endpoint: Annotated[
        str, typer.Option(envvar="INKCLOUD_ENDPOINT", help="The only endpoint that it opens.")
    ] = "",
    expires: Annotated[
        str,
        typer.Option(
            envvar="INKCLOUD_EXPIRES",
            help="When it ends, for example 12h or 30d.",
            show_default="never",
        ),
    ] = "",
    url: options.Url = options.DEFAULT,
    as_json: options.AsJson = False,
) -> None:
    """Make a token and print it, this once."""
    fields: dict[str, object] = {"name": name, "endpoint": endpoint}
    if scope:
        fields["scopes"] = sorted({each.value for each in scope})
    if expires:
        fields["expires_seconds"] = seconds_of(expires, "--expires")
    with options.open_client(url) as client:
        made = client.create_token(**fields)
    if as_json:
        print_json(made)
        return
    print(made.token)
    permits = ", ".join(sorted(made.access.scopes))
    print(
        f"Shown only this once. Its id is {made.access.id}; it permits {permits}.", file=sys.stderr
    )


@app.command("list")
@remote_errors
def list_(url: options.Url = options.DEFAULT, as_json: options.AsJson = False) -> None:
    """List the tokens, without their secrets."""
    with options.open_client(url) as client:
        tokens = client.list_tokens()
    if as_json:
        print_json(tokens)
        return
    print_rows(
        ("ID", "NAME", "SCOPES", "ENDPOINT", "CREATED", "LAST USED", "STATE"),
        [
            (
                each.id,
                each.name,
                " ".join(sorted(each.scopes)),
                each.endpoint or "all",
                each.created,
                each.last_used or "never",
                _state(each),
            )
            for each in tokens
        ],
    )


@app.command()
@remote_errors
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="Its id, as `list` shows it.")],
    url: options.Url = options.DEFAULT,
    yes: options.Yes = False,
) -> None:
    """Take a token's permission away, at once and for ever."""
    with options.open_client(url) as client:
        if not yes:
            typer.confirm(
                f"Revoke the token {clean(id)}? Whoever uses it is shut out", abort=True, err=True
            )
        client.revoke_token(id)
    print(f"The token {clean(id)} is revoked.", file=sys.stderr)


def _state(access: Access) -> str:
    if access.revoked is not None:
        return "revoked"
    if not access.valid():
        return "expired"
    return f"until {clean(access.expires)}" if access.expires else "valid"
