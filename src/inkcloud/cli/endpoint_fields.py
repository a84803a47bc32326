"""The options by which an endpoint is described; None leaves a field as it is."""

from pathlib import Path
from typing import Annotated, Any

import typer

from inkcloud.client import InkcloudClient
from inkcloud.client.target import Target
from inkcloud.domain.errors import InvalidRequest

Template = Annotated[
    str | None,
    typer.Option(envvar="INKCLOUD_TEMPLATE", help="One of `inkcloud templates list`."),
]
Service = Annotated[
    str | None,
    typer.Option(envvar="INKCLOUD_SERVICE", help="A class of your own, as module:Class."),
]
CodeFolder = Annotated[
    str | None,
    typer.Option(
        envvar="INKCLOUD_CODE_FOLDER",
        help="The folder that holds the class's module, on the gateway's machine.",
        show_default="the current folder",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        envvar="INKCLOUD_MODEL",
        help="What a template's service loads: a stored model's name, or a path.",
    ),
]
DisplayName = Annotated[
    str | None, typer.Option(envvar="INKCLOUD_DISPLAY_NAME", help="A title for people.")
]
Description = Annotated[
    str | None, typer.Option(envvar="INKCLOUD_DESCRIPTION", help="A sentence for people.")
]
MinReplicas = Annotated[
    int | None,
    typer.Option(envvar="INKCLOUD_MIN_REPLICAS", help="So many run even without requests."),
]
MaxReplicas = Annotated[
    int | None, typer.Option(envvar="INKCLOUD_MAX_REPLICAS", help="So many run at most.")
]
Timeout = Annotated[
    int | None,
    typer.Option(
        envvar="INKCLOUD_TIMEOUT", help="Seconds without requests after which a replica stops."
    ),
]
Concurrency = Annotated[
    int | None,
    typer.Option(
        envvar="INKCLOUD_CONCURRENCY_PER_REPLICA",
        help="Requests that one replica works on at once.",
    ),
]
Public = Annotated[
    bool | None,
    typer.Option(
        "--public/--private",
        envvar="INKCLOUD_PUBLIC",
        help="Whether requests need no token.",
        show_default=False,
    ),
]
Env = Annotated[
    list[str] | None,
    typer.Option(
        envvar="INKCLOUD_ENV", metavar="NAME=VALUE", help="A setting; give it once for each."
    ),
]
UnsetEnv = Annotated[
    list[str] | None,
    typer.Option(envvar="INKCLOUD_UNSET_ENV", metavar="NAME", help="A setting to take away."),
]


def chosen(**values: Any) -> dict[str, Any]:
    """Return the values that were given."""
    return {name: value for name, value in values.items() if value is not None}


def environment(pairs: list[str] | None) -> dict[str, str]:
    """Return settings given as NAME=VALUE.

    Raises:
        InvalidRequest: names the first that has no equals sign; its text may be a secret,
            so it is not repeated.
    """
    settings = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InvalidRequest(
                "A setting has no name or no equals sign.",
                field="--env",
                value=name if equals else "(hidden)",
                allowed="NAME=VALUE",
            )
        settings[name] = value
    return settings


def code_folder(named: str | None, client: InkcloudClient) -> str:
    """Return the absolute path of the folder that holds a person's own class.

    Raises:
        InvalidRequest: if the gateway is on another machine and no folder was named: this
            machine's current folder means nothing there.
    """
    here = Target.find(client.base_url, None, "").on_this_machine
    if here:
        return str(Path(named or ".").expanduser().absolute())
    if named is None:
        raise InvalidRequest(
            "The gateway is on another machine, which does not have the current folder.",
            field="--code-folder",
            allowed="the folder's path on the gateway's machine",
        )
    return named
