"""The presets: saved, listed, removed.

All who may draw at every endpoint of this service share them, or keep them apart by `owner`.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from inkcloud.domain.access import Scope
from inkcloud.gateway.callers import PartsDependency, require
from inkcloud.gateway.dependencies import SmallJsonObject
from inkcloud.gateway.openapi import COMMON, body, problems
from inkcloud.gateway.openapi_links import links
from inkcloud.wire import preset_views
from inkcloud.wire.preset_views import PresetBody, PresetList, PresetView

ROUTER = APIRouter(prefix="/presets", tags=["presets"])
_SEES = [Depends(require(Scope.PREDICT, Scope.READ))]
_USES = [Depends(require(Scope.PREDICT))]
_NEXT = links("DELETE /presets/{preset_id}", preset_id="$response.body#/id")


@ROUTER.get("", dependencies=_SEES, responses=problems(401, 403, 422, 500))
async def list_presets(
    parts: PartsDependency,
    owner: Annotated[str, Query(description=preset_views.OWNER)] = "",
) -> PresetList:
    """List somebody's presets by name."""
    found = await asyncio.to_thread(parts.presets.list, owner)
    return PresetList(presets=[preset_views.view(preset) for preset in found])


@ROUTER.post(
    "",
    status_code=201,
    dependencies=_USES,
    responses={
        200: {
            "model": PresetView,
            "description": "The name was taken; it has new values.",
            **_NEXT,
        },
        201: _NEXT,
        **problems(*COMMON, 400, 409, 413, 503),
    },
    openapi_extra=body(PresetBody),
)
async def save_preset(
    parts: PartsDependency, values: SmallJsonObject, response: Response
) -> PresetView:
    """Save a preset; under a name that its kind has already, the old values go."""
    preset, new = await asyncio.to_thread(parts.presets.save, **preset_views.decode(values))
    response.status_code = 201 if new else 200
    return preset_views.view(preset)


@ROUTER.delete(
    "/{preset_id}", status_code=204, dependencies=_USES, responses=problems(*COMMON, 503)
)
async def remove_preset(parts: PartsDependency, preset_id: str) -> None:
    """Remove a preset."""
    await asyncio.to_thread(parts.presets.remove, preset_id)
