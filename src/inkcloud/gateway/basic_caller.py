"""Callers of the web UI's API: it knows HTTP Basic only, so the token is the password."""

import asyncio
import base64
import binascii
from typing import Annotated

from fastapi import Depends, Request

from inkcloud.domain.access import Access
from inkcloud.gateway.callers import Caller, PartsDependency

_BASIC = "basic"


async def basic_caller(request: Request, parts: PartsDependency, bearer: Caller) -> Access | None:
    """Return what the caller's token permits, sent as a password or as a bearer token."""
    headers = request.headers.getlist("authorization")
    scheme, _, credentials = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    if scheme.lower() != _BASIC:
        return bearer
    try:
        _, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    access = await asyncio.to_thread(parts.tokens.verify, password.strip())
    if access is not None:
        request.state.token_id = access.id  # for the log
    return access


BasicCaller = Annotated[Access | None, Depends(basic_caller)]


def key_of(request: Request, caller: Access | None) -> str:
    """Return what tells one caller from another: the token, or a stranger's address."""
    if caller is not None:
        return caller.id
    return f"address {request.client.host}" if request.client else ""
