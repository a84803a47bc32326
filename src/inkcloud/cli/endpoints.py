"""`inkcloud endpoints`."""

import sys
from typing import Annotated

import typer

from inkcloud.cli import endpoint_fields as fields
from inkcloud.cli import gateway_options as options
from inkcloud.cli.endpoint_facts import print_endpoint
from inkcloud.cli.errors import remote_errors
from inkcloud.cli.listing import clean, print_json, print_rows
from inkcloud.cli.watching import watch
from inkcloud.domain.errors import InvalidRequest

app = typer.Typer(
    help="Create, look at, change and delete endpoints.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The endpoint's name.")]


@app.command()
@remote_errors
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and dashes.")
    ],
    template: fields.Template = None,
    service: fields.Service = None,
    code_folder: fields.CodeFolder = None,
    model: fields.Model = None,
    display_name: fields.DisplayName = None,
    description: fields.Description = None,
    min_replicas: fields.MinReplicas = None,
    max_replicas: fields.MaxReplicas = None,
    timeout: fields.Timeout = None,
    concurrency_per_replica: fields.Concurrency = None,
    public: fields.Public = None,
    env: fields.Env = None,
    url: options.Url = options.DEFAULT,
    as_json: options.AsJson = False,
) -> None:
    """Create an endpoint from a template, or from a class in the current folder."""
    if (template is None) == (service is None):
        raise InvalidRequest(
            "An endpoint is made from a template or from a class of your own: give either "
            "--template or --service.",
        )
    with options.open_client(url) as client:
        source = fields.chosen(template=template, model=model)
        if service is not None:
            folder = fields.code_folder(code_folder, client)
            source |= {"service": service, "code_folder": folder}
        made = client.create_endpoint(
            name,
            **source,
            **fields.chosen(
                display_name=display_name,
                description=description,
                min_replicas=min_replicas,
                max_replicas=max_replicas,
                timeout_seconds=timeout,
                concurrency_per_replica=concurrency_per_replica,
                public=public,
                environment=fields.environment(env) or None,
            ),
        )
    print_json(made) if as_json else print_endpoint(made)


@app.command("list")
@remote_errors
def list_(url: options.Url = options.DEFAULT, as_json: options.AsJson = False) -> None:
    """List the endpoints."""
    with options.open_client(url) as client:
        endpoints = client.list_endpoints()
    if as_json:
        print_json(endpoints)
        return
    print_rows(
        ("NAME", "STATE", "REPLICAS", "ACCESS", "MADE FROM", "URL"),
        [
            (
                each.name,
                each.state,
                f"{len(each.replicas)} ({each.min_replicas} to {each.max_replicas})",
                "public" if each.public else "private",
                each.template or each.service,
                each.url,
            )
            for each in endpoints
        ],
    )


@app.command()
@remote_errors
def get(name: Name, url: options.Url = options.DEFAULT, as_json: options.AsJson = False) -> None:
    """Show an endpoint and its replicas."""
    with options.open_client(url) as client:
        found = client.get_endpoint(name)
    print_json(found) if as_json else print_endpoint(found)


@app.command()
@remote_errors
def update(
    name: Name,
    model: fields.Model = None,
    display_name: fields.DisplayName = None,
    description: fields.Description = None,
    min_replicas: fields.MinReplicas = None,
    max_replicas: fields.MaxReplicas = None,
    timeout: fields.Timeout = None,
    concurrency_per_replica: fields.Concurrency = None,
    public: fields.Public = None,
    env: fields.Env = None,
    unset_env: fields.UnsetEnv = None,
    url: options.Url = options.DEFAULT,
    as_json: options.AsJson = False,
) -> None:
    """Change an endpoint; requests under way are not lost."""
    changes = fields.chosen(
        model=model,
        display_name=display_name,
        description=description,
        min_replicas=min_replicas,
        max_replicas=max_replicas,
        timeout_seconds=timeout,
        concurrency_per_replica=concurrency_per_replica,
        public=public,
    )
    with options.open_client(url) as client:
        if env or unset_env:
            known = client.get_endpoint(name).environment
            kept = {key: known[key] for key in known if key not in (unset_env or [])}
            changes["environment"] = kept | fields.environment(env)
        if not changes:
            raise InvalidRequest("There is nothing to change: give at least one option.")
        changed = client.update_endpoint(name, **changes)
    print_json(changed) if as_json else print_endpoint(changed)


@app.command()
@remote_errors
def delete(name: Name, url: options.Url = options.DEFAULT, yes: options.Yes = False) -> None:
    """Delete an endpoint and stop its replicas."""
    with options.open_client(url) as client:
        if not yes:
            found = client.get_endpoint(name)
            question = f"Delete the endpoint {clean(found.name)}? Its address stops answering"
            typer.confirm(question, abort=True, err=True)
        client.delete_endpoint(name)
    print(f"The endpoint {clean(name)} is deleted.", file=sys.stderr)


@app.command()
@remote_errors
def pause(name: Name, url: options.Url = options.DEFAULT, as_json: options.AsJson = False) -> None:
    """Stop an endpoint's replicas; it refuses requests until it is started, and jobs wait."""
    with options.open_client(url) as client:
        paused = client.pause_endpoint(name)
    print_json(paused) if as_json else print_endpoint(paused)


@app.command()
@remote_errors
def start(name: Name, url: options.Url = options.DEFAULT, as_json: options.AsJson = False) -> None:
    """Take a paused endpoint up again."""
    with options.open_client(url) as client:
        started = client.start_endpoint(name)
    print_json(started) if as_json else print_endpoint(started)


@app.command()
@remote_errors
def logs(
    name: Name,
    replica: Annotated[
        str, typer.Option(envvar="INKCLOUD_REPLICA", help="Only what this replica wrote.")
    ] = "",
    lines: Annotated[
        int,
        typer.Option(
            "--lines", "-n", envvar="INKCLOUD_LINES", min=1, help="The last so many lines."
        ),
    ] = 200,
    follow: options.Follow = False,
    url: options.Url = options.DEFAULT,
    as_json: options.AsJson = False,
) -> None:
    """Show what an endpoint's replicas wrote."""
    with options.open_client(url) as client:
        read = client.follow_logs if follow else client.logs
        watch(read(name, replica, lines), ("at", "replica", "text"), as_json)


@app.command()
@remote_errors
def events(
    name: Name,
    limit: Annotated[
        int,
        typer.Option(
            "--limit", "-n", envvar="INKCLOUD_LIMIT", min=1, help="The newest so many events."
        ),
    ] = 50,
    follow: options.Follow = False,
    url: options.Url = options.DEFAULT,
    as_json: options.AsJson = False,
) -> None:
    """Show what happened to an endpoint and its replicas."""
    with options.open_client(url) as client:
        parts = ("at", "replica", "kind", "text")
        if follow:
            watch(client.follow_events(name, limit), parts, as_json)
        else:
            oldest_first = sorted(client.events(name, limit), key=lambda event: event.at)
            watch(oldest_first, parts, as_json)
