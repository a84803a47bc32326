"""The tokens: made, listed, revoked."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from inkcloud.domain.access import ALL_SCOPES, Access, Scope
from inkcloud.domain.errors import Forbidden
from inkcloud.gateway.callers import PartsDependency, TokenHolder, permit, require
from inkcloud.gateway.dependencies import SmallJsonObject
from inkcloud.gateway.openapi import COMMON, body, problems
from inkcloud.gateway.openapi_links import links
from inkcloud.wire import token_views
from inkcloud.wire.token_views import NewTokenView, TokenBody, TokenList, TokenView

ROUTER = APIRouter(prefix="/tokens", tags=["tokens"])
_Manager = Annotated[Access, Depends(require(Scope.MANAGE))]


@ROUTER.post(
    "",
    status_code=201,
    responses={
        201: links("DELETE /tokens/{token_id}", token_id="$response.body#/id"),
        **problems(*COMMON, 400, 413, 503),
    },
    openapi_extra=body(TokenBody),
)
async def create_token(
    parts: PartsDependency, manager: _Manager, values: SmallJsonObject
) -> NewTokenView:
    """Make a token that permits no more than your own; it is shown only this once."""
    wanted = token_views.decode(values)
    _check_within(manager, wanted)
    token, access = await asyncio.to_thread(parts.tokens.create, **wanted)
    return NewTokenView(token=token, **token_views.view(access))


@ROUTER.get("", responses=problems(401, 403, 500))
async def list_tokens(parts: PartsDependency, manager: _Manager) -> TokenList:
    """List the tokens; the tokens themselves are not kept."""
    found = await asyncio.to_thread(parts.tokens.list)
    return TokenList(tokens=[TokenView(**token_views.view(access)) for access in found])


@ROUTER.get("/current", responses=problems(401, 403, 500))
async def current_token(holder: TokenHolder) -> TokenView:
    """Say what the token that you sent permits."""
    return TokenView(**token_views.view(holder))


@ROUTER.delete("/{token_id}", responses=problems(*COMMON, 503))
async def revoke_token(parts: PartsDependency, holder: TokenHolder, token_id: str) -> TokenView:
    """Make a token worthless at once. A token may always revoke itself."""
    if token_id != holder.id:
        permit(holder, Scope.MANAGE)
    return TokenView(**token_views.view(await asyncio.to_thread(parts.tokens.revoke, token_id)))


def _check_within(manager: Access, wanted: dict[str, Any]) -> None:
    """Check that a new token permits nothing that its maker's does not.

    Raises:
        Forbidden: otherwise.
    """
    scopes = {str(scope) for scope in wanted.get("scopes", ALL_SCOPES)}
    beyond = sorted(scopes & ALL_SCOPES - manager.scopes)
    if beyond:
        raise Forbidden(
            "A token cannot give a scope that it does not have.",
            field="scopes",
            value=beyond[0],
            allowed="one or more of " + ", ".join(sorted(manager.scopes)),
        )
    seconds = wanted.get("expires_seconds")
    if manager.expires is not None and not _ends_by(seconds, manager.expires):
        raise Forbidden(
            "A token cannot make one that outlives it.",
            field="expires_seconds",
            value=seconds,
            allowed=f"an end by {manager.expires.isoformat(timespec='seconds')}",
        )


def _ends_by(seconds: object, end: datetime) -> bool:
    if not isinstance(seconds, int):
        return False
    left = (end - datetime.now(UTC)) / timedelta(seconds=1)
    return seconds <= left
