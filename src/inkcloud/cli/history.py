"""`inkcloud history`."""

import sys
from typing import Annotated

import typer

from inkcloud.cli import gateway_options as options
from inkcloud.cli.errors import remote_errors
from inkcloud.cli.listing import clean, print_json, print_rows
from inkcloud.client import HistoryPicture
from inkcloud.domain.history_query import PAGE_LIMIT, HistorySort
from inkcloud.domain.picture_kind import PictureKind
from inkcloud.domain.sampler_name import SamplerName

_LIMIT = 20
_PROMPT = 60
_SHOWN = ("scheduler", "num_inference_steps", "guidance_scale", "seed")

app = typer.Typer(
    help="Look through finished pictures.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
@remote_errors
def list_(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORD]...",
            help="Words of the prompt, the negative prompt or the note; all of them, and each "
            "may be the beginning of one.",
            show_default="any",
        ),
    ] = None,
    endpoint: Annotated[
        str, typer.Option(envvar="INKCLOUD_ENDPOINT", help="Only what this endpoint drew.")
    ] = "",
    scheduler: Annotated[
        SamplerName | None, typer.Option(envvar="INKCLOUD_SCHEDULER", help="Only this sampler's.")
    ] = None,
    min_steps: Annotated[
        int | None, typer.Option(envvar="INKCLOUD_MIN_STEPS", min=0, help="At least so many steps.")
    ] = None,
    max_steps: Annotated[
        int | None, typer.Option(envvar="INKCLOUD_MAX_STEPS", min=0, help="At most so many steps.")
    ] = None,
    min_guidance: Annotated[
        float | None,
        typer.Option(envvar="INKCLOUD_MIN_GUIDANCE", min=0, help="At least this guidance scale."),
    ] = None,
    max_guidance: Annotated[
        float | None,
        typer.Option(envvar="INKCLOUD_MAX_GUIDANCE", min=0, help="At most this guidance scale."),
    ] = None,
    kind: Annotated[
        PictureKind | None,
        typer.Option(
            envvar="INKCLOUD_KIND", help="Only single pictures, or only those of experiments."
        ),
    ] = None,
    favourites: Annotated[
        bool, typer.Option("--favourites", envvar="INKCLOUD_FAVOURITES", help="Only favourites.")
    ] = False,
    deleted: Annotated[
        bool,
        typer.Option(
            "--deleted", envvar="INKCLOUD_DELETED", help="What was deleted, in place of the rest."
        ),
    ] = False,
    sort: Annotated[
        HistorySort, typer.Option(envvar="INKCLOUD_SORT", help="What comes first.")
    ] = HistorySort.NEWEST,
    limit: Annotated[
        int,
        typer.Option(
            "--limit", "-n", envvar="INKCLOUD_LIMIT", min=1, max=PAGE_LIMIT, help="At most so many."
        ),
    ] = _LIMIT,
    after: Annotated[
        str, typer.Option(envvar="INKCLOUD_AFTER", help="Go on after the picture of this id.")
    ] = "",
    before: Annotated[
        str,
        typer.Option(envvar="INKCLOUD_BEFORE", help="What comes before the picture of this id."),
    ] = "",
    url: options.Url = options.DEFAULT,
    as_json: options.AsJson = False,
) -> None:
    """List finished pictures, a page at a time."""
    with options.open_client(url) as client:
        page = client.history(
            " ".join(words or []),
            endpoint=endpoint,
            scheduler=scheduler,
            min_steps=min_steps,
            max_steps=max_steps,
            min_guidance=min_guidance,
            max_guidance=max_guidance,
            kind=kind,
            favourites=favourites,
            deleted=deleted,
            sort=sort,
            limit=limit,
            after=after,
            before=before,
        )
    if as_json:
        print_json(page)
        return
    print_rows(
        ("ID", "FINISHED", "ENDPOINT", "SCHEDULER", "STEPS", "GUIDANCE", "SEED", "PROMPT"),
        [
            (
                each.id,
                each.created,
                each.endpoint,
                *(_drawn_with(each, name) for name in _SHOWN),
                _short(_drawn_with(each, "prompt")),
            )
            for each in page.pictures
        ],
    )
    if page.next:
        print(f"There are more: --after {clean(page.next)}", file=sys.stderr)


def _drawn_with(picture: HistoryPicture, name: str) -> object:
    return picture.record.get(name, picture.request.get(name))


def _short(prompt: object) -> str:
    text = clean(prompt)
    return text if len(text) <= _PROMPT else text[: _PROMPT - 1] + "…"
