"""The store of models, and the work on it.

A model comes from the hub that the gateway is configured for: a path of the server's disk and
an address of the caller's choosing are not offered here.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import StreamingResponse

from inkcloud.domain.access import Scope
from inkcloud.domain.model_operation import ModelOperation
from inkcloud.gateway.callers import PartsDependency, require
from inkcloud.gateway.dependencies import SmallJsonObject
from inkcloud.gateway.event_stream import HEADERS, MEDIA_TYPE, encode_events
from inkcloud.gateway.openapi import COMMON, answer, body, problems
from inkcloud.gateway.openapi_links import links
from inkcloud.gateway.parts import Parts
from inkcloud.wire.model_body import PullBody, decode_pull
from inkcloud.wire.model_views import (
    ModelDetails,
    ModelList,
    ModelView,
    OperationList,
    OperationView,
    Removed,
    model_fields,
    operation_view,
)

ROUTER = APIRouter(tags=["models"])
_READS = [Depends(require(Scope.READ, Scope.MANAGE))]
_MANAGES = [Depends(require(Scope.MANAGE))]
_OPERATIONS = "/model-operations"
_ONE = _OPERATIONS + "/{id}"
_ACCEPTED = links(f"GET {_ONE}", f"GET {_ONE}/events", f"DELETE {_ONE}", id="$response.body#/id")


@ROUTER.get("/models", dependencies=_READS, responses=problems(401, 403, 500))
async def list_models(parts: PartsDependency) -> ModelList:
    """List the models."""
    found = await parts.models.all()
    return ModelList(models=[ModelView.model_validate(model_fields(each)) for each in found])


@ROUTER.get("/models/{name}", dependencies=_READS, responses=problems(*COMMON))
async def get_model(parts: PartsDependency, name: str) -> ModelDetails:
    """Return a model, its files and who uses it."""
    model = await parts.models.get(name)
    users = await parts.models.users(name)
    return ModelDetails.model_validate({**model_fields(model), "endpoints": users})


@ROUTER.post(
    "/models",
    status_code=202,
    dependencies=_MANAGES,
    responses={202: _ACCEPTED, **problems(*COMMON, 400, 409, 413, 503)},
    openapi_extra=body(PullBody),
)
async def pull_model(
    request: Request, parts: PartsDependency, values: SmallJsonObject
) -> OperationView:
    """Fetch a model from the hub; the answer's operation tells how far it is."""
    return _view(request, parts.models.pull(decode_pull(values)))


@ROUTER.post(
    "/models/{name}/verify",
    status_code=202,
    dependencies=_MANAGES,
    responses={202: _ACCEPTED, **problems(*COMMON, 503)},
)
async def verify_model(request: Request, parts: PartsDependency, name: str) -> OperationView:
    """Hash a model's files and check its tensors' shapes."""
    return _view(request, await parts.models.verify(name))


@ROUTER.delete("/models/{name}", dependencies=_MANAGES, responses=problems(*COMMON, 409, 503, 507))
async def remove_model(
    parts: PartsDependency,
    name: str,
    force: Annotated[bool, Query(description="Even if an endpoint uses it.")] = False,
) -> Removed:
    """Remove a model, or what an interrupted pull left."""
    return Removed(freed=await parts.models.remove(name, force=force))


@ROUTER.get(_OPERATIONS, dependencies=_READS, responses=problems(401, 403, 500))
async def list_operations(request: Request, parts: PartsDependency) -> OperationList:
    """List the pulls and checks, newest first."""
    return OperationList(operations=[_view(request, each) for each in parts.models.operations()])


@ROUTER.get(_ONE, dependencies=_READS, responses=problems(*COMMON))
async def get_operation(request: Request, parts: PartsDependency, id: str) -> OperationView:
    """Return how a pull or a check stands."""
    return _view(request, parts.models.operation(id))


@ROUTER.get(
    _ONE + "/events",
    dependencies=_READS,
    response_class=StreamingResponse,
    responses={
        **answer(200, "Lines `data: {json}`, each the operation as it stands.", MEDIA_TYPE),
        **problems(*COMMON),
    },
)
async def follow_operation(request: Request, parts: PartsDependency, id: str) -> StreamingResponse:
    """Follow a pull or a check to its end."""
    parts.models.operation(id)
    lines = encode_events(
        _followed(request, parts, id), parts.settings.keep_alive_seconds, parts.stopping
    )
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=HEADERS)


@ROUTER.delete(_ONE, dependencies=_MANAGES, responses=problems(*COMMON))
async def cancel_operation(request: Request, parts: PartsDependency, id: str) -> OperationView:
    """Stop a pull or a check; one that has ended stays as it is."""
    return _view(request, await parts.models.cancel(id))


async def _followed(
    request: Request, parts: Parts, id: str
) -> AsyncGenerator[dict[str, Any], None]:
    async with aclosing(parts.models.follow(id)) as changes:
        async for operation in changes:
            yield _view(request, operation).model_dump(mode="json")


def _view(request: Request, operation: ModelOperation) -> OperationView:
    url = f"{str(request.base_url).rstrip('/')}{_OPERATIONS}/{operation.id}"
    return operation_view(operation, url)
