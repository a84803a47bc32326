"""The options of the commands that work on the store of models, and what they lead to."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from inkcloud.models.hub_settings import TOKEN_VARIABLE, URL_VARIABLE, HubSettings
from inkcloud.models.places import MODELS, default_data_dir
from inkcloud.models.store import ModelStore

DataDir = Annotated[
    Path | None,
    typer.Option(
        envvar="INKCLOUD_DATA_DIR",
        help="The data folder, which holds the models too.",
        show_default="~/.local/share/inkcloud",
    ),
]
Revision = Annotated[
    str,
    typer.Option(
        envvar="INKCLOUD_REVISION",
        help="A branch, a tag or a commit; the commit that it means now is pinned.",
        show_default="the main branch",
    ),
]
ModelName = Annotated[
    str,
    typer.Option(
        "--name",
        envvar="INKCLOUD_MODEL_NAME",
        help="What to call the model: lower-case letters, digits and dashes.",
        show_default="made from where it comes from",
    ),
]
File = Annotated[
    str,
    typer.Option(
        envvar="INKCLOUD_MODEL_FILE",
        help="Take this one safetensors file of the repository.",
        show_default="all that the model needs",
    ),
]
PredictionOption = Annotated[
    str,
    typer.Option(
        envvar="INKCLOUD_PREDICTION",
        help="What the UNet predicts, for a file that does not say it: epsilon or v_prediction.",
        show_default="what the model says",
    ),
]
HubEndpoint = Annotated[
    str,
    typer.Option(
        envvar=URL_VARIABLE, help="A hub's or a mirror's address.", show_default="the public hub"
    ),
]
HubToken = Annotated[
    str,
    typer.Option(
        envvar=TOKEN_VARIABLE,
        help="Who asks, for what is not public. Set it by the environment: other people see "
        "commands.",
        show_default="nobody",
    ),
]
Copy = Annotated[
    bool,
    typer.Option(
        "--copy/--link",
        envvar="INKCLOUD_MODEL_COPY",
        help="Copy the files into the data folder, or leave them where they lie.",
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", envvar="INKCLOUD_FORCE", help="Remove it even if an endpoint uses it."),
]


def data_folder(named: Path | None) -> Path:
    """Return the data folder."""
    return (named or default_data_dir()).expanduser().absolute()


def open_store(named: Path | None) -> ModelStore:
    """Return the store in a data folder."""
    return ModelStore(data_folder(named) / MODELS)


def hub_of(endpoint: str, token: str) -> HubSettings:
    """Return where the hub is.

    Raises:
        InvalidRequest: if the address or the token cannot be used.
    """
    return replace(HubSettings(), endpoint=endpoint.strip().rstrip("/"), token=token.strip())
