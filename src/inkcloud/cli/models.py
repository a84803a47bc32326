"""`inkcloud models`: the store of models, with no server."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from inkcloud.bootstrap.settings import ENVIRONMENT
from inkcloud.cli import gateway_options
from inkcloud.cli import model_options as options
from inkcloud.cli.errors import FAILED, INTERRUPTED, plain_errors
from inkcloud.cli.listing import clean, print_json, print_rows
from inkcloud.cli.model_bars import ModelBars
from inkcloud.cli.prepare_model import prepare
from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.stored_model import StoredModel
from inkcloud.models.disk import size_text
from inkcloud.models.store import ModelStore

app = typer.Typer(
    help="Pull, add, list, verify, prepare and remove models.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command()(prepare)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The model's name.")]


@app.command()
@plain_errors
def pull(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="The hub's id, such as someone/some-model.")
    ],
    revision: options.Revision = "",
    name: options.ModelName = "",
    file: options.File = "",
    prediction: options.PredictionOption = "",
    endpoint: options.HubEndpoint = "",
    token: options.HubToken = "",
    data_dir: options.DataDir = None,
    as_json: gateway_options.AsJson = False,
) -> None:
    """Fetch a model from a hub: safetensors only, and only the files that are needed.

    Ctrl-C stops it; the same command goes on where it stopped.
    """
    from inkcloud.models.hub import Hub
    from inkcloud.models.pull import PullRequest, pull_model

    store = options.open_store(data_dir)
    request = PullRequest(
        id=id,
        revision=revision,
        name=name,
        file=file,
        prediction=Prediction.parse(prediction),
    )
    hub = Hub(options.hub_of(endpoint, token))
    try:
        with ModelBars() as bars:
            model = pull_model(store, hub, request, watch=bars.watch)
    except KeyboardInterrupt:
        print("inkcloud: stopped; the same command goes on where it stopped.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    _report(model, as_json)


@app.command()
@plain_errors
def add(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder, or a safetensors file."),
    ],
    name: options.ModelName = "",
    copy: options.Copy = True,
    prediction: options.PredictionOption = "",
    data_dir: options.DataDir = None,
    as_json: gateway_options.AsJson = False,
) -> None:
    """Put a model that lies on this machine into the store."""
    from inkcloud.models.add import add_model

    store = options.open_store(data_dir)
    chosen = Prediction.parse(prediction)
    with ModelBars() as bars:
        model = add_model(
            store, path, name=name, link=not copy, prediction=chosen, watch=bars.watch
        )
    _report(model, as_json)


@app.command("list")
@plain_errors
def list_(data_dir: options.DataDir = None, as_json: gateway_options.AsJson = False) -> None:
    """List the models."""
    store = options.open_store(data_dir)
    models = store.all()
    if as_json:
        print_json(models)
    else:
        print_rows(
            ("NAME", "SIZE", "KIND", "PREDICTION", "NATIVE SIZE", "MEMORY", "LICENCE", "ORIGIN"),
            [
                (
                    each.name,
                    size_text(each.size),
                    f"{each.facts.family}, {each.facts.stored_dtype}",
                    each.facts.prediction.value,
                    "{}x{}".format(*each.facts.native_size),
                    _memory(each.facts),
                    each.licence or "not stated",
                    f"{each.origin.text} (link)" if _is_link(each) else each.origin.text,
                )
                for each in models
            ],
        )
    _tell_of_others(store)


@app.command()
@plain_errors
def verify(
    name: Name, data_dir: options.DataDir = None, as_json: gateway_options.AsJson = False
) -> None:
    """Hash a model's files and check its tensors' shapes; say what differs."""
    from inkcloud.models.verify import verify_model

    store = options.open_store(data_dir)
    model = store.get(name)
    with ModelBars() as bars:
        faults = verify_model(store, model, watch=bars.watch)
    if as_json:
        print_json(list(faults))
    elif not faults:
        print(f"{name} is whole: {_files(len(model.files))}, {size_text(model.size)}.")
    else:
        for fault in faults:
            print(f"{fault.file or name}: {clean(fault.text)}")
    if faults:
        raise typer.Exit(FAILED)


@app.command()
@plain_errors
def remove(
    name: Name,
    force: options.Force = False,
    yes: gateway_options.Yes = False,
    data_dir: options.DataDir = None,
    database: Annotated[
        str | None,
        typer.Option(
            envvar=ENVIRONMENT["database"],
            help="The database's URL, if `inkcloud up` is given one: it says who uses the model.",
            show_default="SQLite in the data folder",
        ),
    ] = None,
) -> None:
    """Remove a model, or what an interrupted pull left; linked files stay where they lie."""
    from inkcloud.cli.model_users import refuse_if_used, users_of

    store = options.open_store(data_dir)
    if not force and store.has(name):
        refuse_if_used(name, users_of(name, options.data_folder(data_dir), database))
    if not yes:
        typer.confirm(f"Remove the model {clean(name)}", abort=True, err=True)
    freed = store.remove(name)
    print(f"The model {clean(name)} is removed; {size_text(freed)} freed.", file=sys.stderr)


def _report(model: StoredModel, as_json: bool) -> None:
    if as_json:
        print_json(model)
        return
    facts = model.facts
    where = "linked" if _is_link(model) else "kept"
    print(
        f"{model.name}: {clean(facts.family)}, {facts.prediction.value}, "
        f"{facts.native_size[0]}x{facts.native_size[1]}, {size_text(model.size)} {where}"
    )
    print(f"It takes {_memory(facts)} of memory while it draws.")
    print(f"from {clean(model.origin.text)}; licence: {clean(model.licence) or 'not stated'}")
    print(f'Draw with it: inkcloud generate "..." --model {model.name}')


def _memory(facts: ModelFacts) -> str:
    """Return what a model takes while it draws: in half precision, and in float32."""
    if not facts.memory_half:
        return "unknown"
    return f"{size_text(facts.memory_half)} (float32: {size_text(facts.memory_single)})"


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"


def _is_link(model: StoredModel) -> bool:
    return model.linked and model.origin.kind != "builtin"


def _tell_of_others(store: ModelStore) -> None:
    """Tell of what is in the store and cannot be used."""
    for error in store.damaged():
        print(f"inkcloud: {clean(error.message)} {clean(error.allowed)}", file=sys.stderr)
    for each in store.unfinished():
        print(
            f"{each.name} is not finished: {size_text(each.size)} of it are here. The same pull "
            f"goes on; `inkcloud models remove {each.name}` takes it away.",
            file=sys.stderr,
        )
