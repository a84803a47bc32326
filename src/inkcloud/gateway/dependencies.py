"""What handlers ask for: who calls, which endpoint, which generation, which body."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.security import HTTPBearer

from inkcloud.control.status import Status
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import NotFound, Unauthorized
from inkcloud.gateway.body import read_json
from inkcloud.gateway.parts import Parts

# Only for the description at /docs: `has_token` reads the header itself.
_BEARER = HTTPBearer(auto_error=False, description="A token, as `inkcloud up` prints it.")


def parts(request: Request) -> Parts:
    """Return what the app was made from."""
    found: Parts = request.app.state.parts
    return found


PartsDependency = Annotated[Parts, Depends(parts)]


async def has_token(
    request: Request, parts: PartsDependency, _: Annotated[object, Depends(_BEARER)]
) -> bool:
    """Say whether the caller sent a valid token."""
    headers = request.headers.getlist("authorization")
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    if scheme.lower() != "bearer":
        return False
    return await asyncio.to_thread(parts.tokens.verify, token.strip())


HasToken = Annotated[bool, Depends(has_token)]


async def require_token(trusted: HasToken) -> None:
    """Let only callers with a valid token through.

    Raises:
        Unauthorized: otherwise.
    """
    if not trusted:
        raise Unauthorized(
            "This needs a valid token. Send it as 'Authorization: Bearer TOKEN'; "
            "`inkcloud up` prints one."
        )


async def open_endpoint(
    parts: PartsDependency,
    trusted: HasToken,
    name: Annotated[str, Path(description="The endpoint's name.")],
) -> Endpoint:
    """Return the endpoint of the address if the caller may use it.

    To a stranger a private endpoint looks the same as none.

    Raises:
        Unauthorized: if a stranger asks for anything but a public endpoint.
        NotFound: if there is none of that name.
    """
    try:
        endpoint = await parts.endpoints.get(name)
    except NotFound:
        await require_token(trusted)
        raise
    if not endpoint.public:
        await require_token(trusted)
    return endpoint


OpenEndpoint = Annotated[Endpoint, Depends(open_endpoint)]


async def found_generation(
    parts: PartsDependency,
    endpoint: OpenEndpoint,
    id: Annotated[str, Path(description="The generation's id.")],
) -> Status:
    """Return the generation of the address.

    Raises:
        NotFound: if the endpoint has none of that id.
    """
    status = await parts.generations.get(id)
    if status.job.endpoint != endpoint.name:
        raise NotFound("There is no generation of that id.")
    return status


FoundGeneration = Annotated[Status, Depends(found_generation)]


async def json_object(request: Request, parts: PartsDependency, _: OpenEndpoint) -> dict[str, Any]:
    """Return the body of a caller who may use the endpoint."""
    return await read_json(request, parts.settings.body_bytes)


JsonObject = Annotated[dict[str, Any], Depends(json_object)]


async def disconnected(request: Request) -> None:
    """Return once the caller is gone; the body must have been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
