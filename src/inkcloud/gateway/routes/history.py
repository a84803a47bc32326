"""The history: every finished picture, looked for, marked, deleted, restored and exported."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.responses import StreamingResponse

from inkcloud.domain.access import Access, Scope
from inkcloud.domain.history_entry import HistoryEntry
from inkcloud.gateway.callers import PartsDependency, require_anywhere
from inkcloud.gateway.dependencies import SmallJsonObject
from inkcloud.gateway.history_parameters import HistoryParameters
from inkcloud.gateway.openapi import COMMON, answer, body, problems
from inkcloud.gateway.views import history_view
from inkcloud.wire import history_body
from inkcloud.wire.history_body import HistoryChanges, HistoryIds
from inkcloud.wire.history_views import HistoryIdsView, HistoryPageView, HistoryPictureView

ROUTER = APIRouter(prefix="/history", tags=["history"])
_FOR_EVER = "private, max-age=31536000, immutable"
_CHANGING = problems(*COMMON, 400, 413, 503, 507)
_Reader = Annotated[Access, Depends(require_anywhere(Scope.READ))]
_User = Annotated[Access, Depends(require_anywhere(Scope.PREDICT))]
_Id = Annotated[str, Path(description="The picture's id.")]


async def _seen(parts: PartsDependency, reader: _Reader, id: _Id) -> HistoryEntry:
    return await parts.history.get(id, reader.endpoint)


async def _used(parts: PartsDependency, user: _User, id: _Id) -> HistoryEntry:
    return await parts.history.get(id, user.endpoint)


_Seen = Annotated[HistoryEntry, Depends(_seen)]
_Used = Annotated[HistoryEntry, Depends(_used)]


@ROUTER.get("", response_model=HistoryPageView, responses=problems(401, 403, 422, 500, 503))
async def list_history(
    request: Request, parts: PartsDependency, reader: _Reader, query: HistoryParameters
) -> Response:
    """List finished pictures, a page at a time; a token's own endpoint's only, if it has one."""
    page = await parts.history.page(query, reader.endpoint)
    view = HistoryPageView(
        pictures=[history_view(request, entry) for entry in page.entries],
        next=page.next or None,
        previous=page.previous or None,
    )
    # Written at once: FastAPI would check every record a second time.
    return Response(view.model_dump_json(), media_type="application/json")


@ROUTER.post("/delete", responses=_CHANGING, openapi_extra=body(HistoryIds))
async def delete_pictures(
    parts: PartsDependency, user: _User, values: SmallJsonObject
) -> HistoryIdsView:
    """Delete pictures; for a day they can be had back. Answers which there were."""
    ids = history_body.decode_ids(values)
    return HistoryIdsView(ids=await parts.history.delete(ids, user.endpoint))


@ROUTER.post("/restore", responses=_CHANGING, openapi_extra=body(HistoryIds))
async def restore_pictures(
    parts: PartsDependency, user: _User, values: SmallJsonObject
) -> HistoryIdsView:
    """Have deleted pictures back. Answers which there were."""
    ids = history_body.decode_ids(values)
    return HistoryIdsView(ids=await parts.history.restore(ids, user.endpoint))


@ROUTER.post(
    "/export",
    response_class=StreamingResponse,
    responses={
        **answer(200, "A zip file of PNGs, records.json and index.html.", "application/zip"),
        **_CHANGING,
    },
    openapi_extra=body(HistoryIds),
)
async def export_pictures(
    parts: PartsDependency, reader: _Reader, values: SmallJsonObject
) -> StreamingResponse:
    """Return pictures with their records and an index as one zip file."""
    ids = history_body.decode_ids(values)
    pieces = await parts.history.export(ids, reader.endpoint)
    headers = {"Content-Disposition": 'attachment; filename="inkcloud-pictures.zip"'}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


@ROUTER.get("/{id}", responses=problems(*COMMON, 503))
async def get_picture(request: Request, entry: _Seen) -> HistoryPictureView:
    """Return a picture's entry, also while it is deleted and can be had back."""
    return history_view(request, entry)


@ROUTER.patch("/{id}", responses=_CHANGING, openapi_extra=body(HistoryChanges))
async def change_picture(
    request: Request, parts: PartsDependency, user: _User, entry: _Used, values: SmallJsonObject
) -> HistoryPictureView:
    """Mark a picture as a favourite, or write a note about it."""
    favourite, note = history_body.decode_changes(values)
    changed = await parts.history.change(entry.id, user.endpoint, favourite=favourite, note=note)
    return history_view(request, changed)


@ROUTER.delete("/{id}", status_code=204, responses=problems(*COMMON, 503, 507))
async def delete_picture(parts: PartsDependency, user: _User, entry: _Used) -> Response:
    """Delete a picture; for a day it can be had back."""
    await parts.history.delete([entry.id], user.endpoint)
    return Response(status_code=204)


@ROUTER.post("/{id}/restore", responses=problems(*COMMON, 503, 507))
async def restore_picture(
    request: Request, parts: PartsDependency, user: _User, entry: _Used
) -> HistoryPictureView:
    """Have a deleted picture back; one that is not deleted stays as it is."""
    await parts.history.restore([entry.id], user.endpoint)
    return history_view(request, await parts.history.get(entry.id, user.endpoint))


@ROUTER.get(
    "/{id}/image",
    response_class=Response,
    responses={**answer(200, "A PNG file.", "image/png"), **problems(*COMMON, 503)},
)
async def history_image(request: Request, parts: PartsDependency, entry: _Seen) -> Response:
    """Return a picture; it never changes."""
    headers = _headers(entry, "png")
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(await parts.history.image(entry), headers=headers, media_type="image/png")


@ROUTER.get(
    "/{id}/start-image",
    response_class=Response,
    responses={
        **answer(200, "A PNG, JPEG or WebP file.", "application/octet-stream"),
        **problems(*COMMON, 503),
    },
)
async def history_start_image(parts: PartsDependency, entry: _Seen) -> Response:
    """Return the file of the picture that a picture began as."""
    # Whoever handed it in chose its bytes, so that no browser is to show it as a page of ours.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    data = await parts.history.start_image(entry)
    return Response(data, headers=headers, media_type="application/octet-stream")


@ROUTER.get(
    "/{id}/thumbnail",
    response_class=Response,
    responses={
        **answer(200, "A WebP file of at most 256 pixels a side.", "image/webp"),
        **problems(*COMMON, 503, 507),
    },
)
async def history_thumbnail(request: Request, parts: PartsDependency, entry: _Seen) -> Response:
    """Return a picture's small copy; it never changes."""
    headers = _headers(entry, "webp")
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    small = await parts.history.thumbnail(entry)
    return Response(small, headers=headers, media_type="image/webp")


def _headers(entry: HistoryEntry, ending: str) -> dict[str, str]:
    return {
        "ETag": f'"{entry.sha256}.{ending}"',
        "Cache-Control": _FOR_EVER,
        "Content-Disposition": f'inline; filename="{entry.id}.{ending}"',
    }
