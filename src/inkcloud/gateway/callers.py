"""Who calls, and what the caller may do."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPBearer

from inkcloud.domain.access import Access, Scope
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import Forbidden, NotFound, Unauthorized
from inkcloud.gateway.parts import Parts

# Only for the description at /docs: `caller` reads the header itself.
_BEARER = HTTPBearer(auto_error=False, description="A token, as `inkcloud up` prints it.")


def parts(request: Request) -> Parts:
    """Return what the app was made from."""
    found: Parts = request.app.state.parts
    return found


PartsDependency = Annotated[Parts, Depends(parts)]


async def caller(
    request: Request, parts: PartsDependency, _: Annotated[object, Depends(_BEARER)]
) -> Access | None:
    """Return what the caller's token permits; None without a valid one."""
    headers = request.headers.getlist("authorization")
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return await verified(request, parts, token.strip()) if scheme.lower() == "bearer" else None


async def verified(request: Request, parts: Parts, token: str) -> Access | None:
    """Return what a token that came with a request permits; None for a worthless one."""
    access = await asyncio.to_thread(parts.tokens.verify, token)
    if access is not None:
        request.state.token_id = access.id  # for the log
    return access


Caller = Annotated[Access | None, Depends(caller)]


async def require_token(caller: Caller) -> Access:
    """Let callers with any valid token through.

    Raises:
        Unauthorized: for everyone else.
    """
    if caller is None:
        raise Unauthorized(
            "This needs a valid token. Send it as 'Authorization: Bearer TOKEN'; "
            "`inkcloud up` prints one."
        )
    return caller


TokenHolder = Annotated[Access, Depends(require_token)]


def permit(access: Access, *scopes: Scope, endpoint: str = "") -> None:
    """Check that a token permits one of some things.

    Args:
        access: the caller's token.
        scopes: one of them is enough.
        endpoint: where; "" is the whole service.

    Raises:
        Forbidden: says which scope is missing, or that the token is for another endpoint.
    """
    if not any(scope in access.scopes for scope in scopes):
        raise Forbidden(
            "The token does not permit this.",
            field="scopes",
            value=", ".join(sorted(access.scopes)),
            allowed="a token with the scope " + " or ".join(scopes),
        )
    if not any(access.permits(scope, endpoint) for scope in scopes):
        raise Forbidden(
            "The token is for one endpoint only, and this is not that endpoint's.",
            field="endpoint",
            value=access.endpoint,
            allowed="a token for this endpoint, or for all",
        )


def require(*scopes: Scope) -> Callable[[Access], Awaitable[Access]]:
    """Return a dependency that lets only tokens with one of the scopes through.

    The token must be for the whole service, not for one endpoint.
    """

    async def permitted(holder: TokenHolder) -> Access:
        permit(holder, *scopes)
        return holder

    return permitted


def require_anywhere(*scopes: Scope) -> Callable[[Access], Awaitable[Access]]:
    """Return a dependency that lets tokens with one of the scopes through.

    What a token of one endpoint sees is then the handler's to bound, by its `endpoint`.
    """

    async def permitted(holder: TokenHolder) -> Access:
        permit(holder, *scopes, endpoint=holder.endpoint)
        return holder

    return permitted


def require_at_endpoint(*scopes: Scope) -> Callable[..., Awaitable[Endpoint]]:
    """Return a dependency that gives the address's endpoint to tokens with one of the scopes.

    A token that does not permit it learns nothing of whether there is such an endpoint.
    """

    async def permitted(
        request: Request, parts: PartsDependency, holder: TokenHolder, name: _Name
    ) -> Endpoint:
        permit(holder, *scopes, endpoint=name)
        return _noted(request, await parts.endpoints.get(name))

    return permitted


def open_to(*scopes: Scope) -> Callable[..., Awaitable[Endpoint]]:
    """Return a dependency that gives the address's endpoint to whoever may use it.

    Everybody may use a public endpoint; a private one needs one of the scopes, and looks
    like none to everybody else.
    """

    async def opened(
        request: Request, parts: PartsDependency, caller: Caller, name: _Name
    ) -> Endpoint:
        try:
            endpoint = await parts.endpoints.get(name)
        except NotFound:
            permit(await require_token(caller), *scopes, endpoint=name)
            raise
        if not endpoint.public:
            permit(await require_token(caller), *scopes, endpoint=name)
        return _noted(request, endpoint)

    return opened


_Name = Annotated[str, Path(description="The endpoint's name.")]


def _noted(request: Request, endpoint: Endpoint) -> Endpoint:
    request.state.endpoint = endpoint.name  # for the log and the metrics
    return endpoint


UsedEndpoint = Annotated[Endpoint, Depends(open_to(Scope.PREDICT))]
SeenEndpoint = Annotated[Endpoint, Depends(open_to(Scope.PREDICT, Scope.READ))]
ReadEndpoint = Annotated[Endpoint, Depends(require_at_endpoint(Scope.READ))]
ManagedEndpoint = Annotated[Endpoint, Depends(require_at_endpoint(Scope.MANAGE))]
