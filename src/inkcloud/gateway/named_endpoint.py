"""The endpoint that a dialect without endpoints in its addresses means."""

from fastapi import Request

from inkcloud.domain.access import Access, Scope
from inkcloud.domain.endpoint import Endpoint
from inkcloud.domain.errors import InvalidRequest, NotFound
from inkcloud.gateway.callers import permit, require_token
from inkcloud.gateway.parts import Parts

DEFAULT_ENDPOINT = "text2image"
PICTURE_TEMPLATES = frozenset({"text-to-image", "image-to-image"})


async def named_endpoint(
    request: Request, parts: Parts, caller: Access | None, name: str
) -> Endpoint:
    """Return the endpoint of that name if the caller may use it, else the default one.

    A name that means nothing here is some other service's model and is passed over; an
    endpoint that the caller may not use looks the same.

    Raises:
        Unauthorized: if a stranger is left with a private endpoint, or none.
        Forbidden: if the token does not permit the default endpoint.
        NotFound: if there is no endpoint to use.
        InvalidRequest: if the endpoint draws no pictures.
    """
    endpoint = await _meant(parts, caller, name) or await _default(parts, caller)
    request.state.endpoint = endpoint.name  # for the log and the metrics
    if not await draws(parts, endpoint):
        raise InvalidRequest(
            "The endpoint does not draw pictures.",
            field="model",
            value=endpoint.name,
            allowed="the name of an endpoint made from a picture template",
        )
    return endpoint


async def draws(parts: Parts, endpoint: Endpoint) -> bool:
    """Say whether an endpoint's service takes generation requests.

    Ours does; a person's own class says so in its facts, once a replica runs.
    """
    ours = {each.service for each in parts.templates.all() if each.name in PICTURE_TEMPLATES}
    if endpoint.service in ours:
        return True
    return "native_size" in await parts.endpoints.facts(endpoint.name)


def may_use(caller: Access | None, endpoint: Endpoint) -> bool:
    """Say whether a caller may use an endpoint."""
    return endpoint.public or (caller is not None and caller.permits(Scope.PREDICT, endpoint.name))


async def usable_endpoint(parts: Parts, caller: Access | None, name: str) -> Endpoint:
    """Return the endpoint of that name; to a stranger a private one looks like none.

    Raises:
        Unauthorized: if a stranger asks for anything but a public endpoint.
        Forbidden: if the token does not permit it.
        NotFound: if there is none of that name.
    """
    try:
        endpoint = await parts.endpoints.get(name)
    except NotFound:
        permit(await require_token(caller), Scope.PREDICT, endpoint=name)
        raise
    if not endpoint.public:
        permit(await require_token(caller), Scope.PREDICT, endpoint=name)
    return endpoint


async def _meant(parts: Parts, caller: Access | None, name: str) -> Endpoint | None:
    if not name:
        return None
    try:
        endpoint = await parts.endpoints.get(name)
    except NotFound:
        return None
    return endpoint if may_use(caller, endpoint) else None


async def _default(parts: Parts, caller: Access | None) -> Endpoint:
    try:
        return await usable_endpoint(parts, caller, DEFAULT_ENDPOINT)
    except NotFound:
        raise NotFound(
            f"There is no endpoint called {DEFAULT_ENDPOINT}, which answers requests that name "
            "no other. Name one of your endpoints as the model."
        ) from None
