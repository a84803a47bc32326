"""The HTTP server round a service: the contract that every replica fulfils."""

import asyncio
import inspect
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline

from inkcloud.domain.errors import NotFound
from inkcloud.replica.ascii_json import AsciiJson
from inkcloud.replica.broken_off import BrokenOff
from inkcloud.replica.browser_guard import BrowserGuard
from inkcloud.replica.client_gone import unless_gone
from inkcloud.replica.event_stream import EventStream
from inkcloud.replica.failures import guarded, install_handlers
from inkcloud.replica.find_methods import STREAM
from inkcloud.replica.form import Form
from inkcloud.replica.inputs import read_inputs
from inkcloud.replica.method import Method
from inkcloud.replica.openapi import Schemas, openapi_of
from inkcloud.replica.replica_name import ReplicaName
from inkcloud.replica.service_host import ServiceHost
from inkcloud.replica.state import ReplicaState
from inkcloud.replica.token_guard import TokenGuard

Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(service: object) -> FastAPI:
    """Return the app that serves a service; its lifespan sets the service up.

    Args:
        service: an instance that was not set up yet.

    Raises:
        InvalidRequest: if one of its methods cannot be served.
    """
    return create_app_of(ServiceHost(service))


def create_app_of(host: ServiceHost, token: str | None = None) -> FastAPI:
    """Return the app that serves a host's service: for a caller who watches the host.

    Args:
        host: the service's host.
        token: what requests must carry; without one, they must come from this machine.
    """
    app = FastAPIOffline(
        title=type(host.service).__name__,
        description=inspect.getdoc(type(host.service)) or "",
        lifespan=_lifespan(host),
    )
    if token is None:
        app.add_middleware(BrowserGuard)
    else:
        app.add_middleware(TokenGuard, token=token)
    name = os.environ.get("OCTOAI_REPLICA_NAME") or os.environ.get("INKCLOUD_REPLICA_NAME")
    if name:
        app.add_middleware(ReplicaName, name=name)
    app.add_middleware(BrokenOff)  # added last: the outermost
    install_handlers(app)
    _add_state_routes(app, host)
    _add_methods(app, host)
    return app


def _add_state_routes(app: FastAPI, host: ServiceHost) -> None:
    @app.get("/")
    async def index() -> dict[str, str]:
        """Say where the documentation is."""
        return {"docs": "/docs", "openapi": "/openapi.json"}

    @app.get("/healthcheck")
    async def healthcheck() -> Response:
        """Answer 200 when the service takes requests, 503 otherwise."""
        ready = host.state is ReplicaState.RUNNING
        body = {"status": host.state, "async_enable": False}
        return JSONResponse(body, status_code=200 if ready else 503)

    @app.get("/facts")
    async def facts() -> Response:
        """Say what clients should know about the service."""
        with host.work():
            return AsciiJson(await guarded(host.facts()))

    @app.get("/metrics")
    async def metrics() -> Response:
        """Give the service's figures in Prometheus' text form."""
        with host.work():
            text = await guarded(host.metrics())
            return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


def _add_methods(app: FastAPI, host: ServiceHost) -> None:
    schemas = Schemas(host.methods)
    for method in host.methods:
        summary, description = method.documentation
        for path in method.paths:
            app.add_api_route(
                path,
                _endpoint(host, method),
                methods=["POST"],
                name=method.name,
                operation_id=path.strip("/").replace("/", "_").replace("-", "_"),
                summary=summary or None,
                description=description,
                openapi_extra=schemas.of(method),
            )
    if not any(f"/{STREAM}" in method.paths for method in host.methods):
        app.add_api_route(f"/{STREAM}", _no_stream, methods=["POST"], include_in_schema=False)
    app.openapi = openapi_of(app, schemas)  # type: ignore[method-assign]


async def _no_stream() -> Response:
    raise NotFound('This service has no stream of its own; send "stream": true to /infer.')


def _endpoint(host: ServiceHost, method: Method) -> Endpoint:
    if isinstance(method.inputs, Form):
        return _form_endpoint(host, method, method.inputs)
    inputs_of = method.inputs

    async def answer(request: Request) -> Response:
        with host.work():
            inputs = await read_inputs(request)
            streamed = method.always_streams
            # A method that has an input of that name is asked by it and told of it.
            if "stream" in inputs and isinstance(inputs["stream"], bool):
                streamed = inputs["stream"] or streamed
                if "stream" not in inputs_of.names:
                    del inputs["stream"]
            if streamed:
                streamer = method.streamed_by or method
                arguments = _arguments(streamer, inputs)
                return EventStream(host, host.call(streamer, arguments).events())
            arguments = _arguments(method, inputs)
            return await unless_gone(request.receive, guarded(_answer(host, method, arguments)))

    return answer


def _form_endpoint(host: ServiceHost, method: Method, form: Form) -> Endpoint:
    async def answer(request: Request) -> Response:
        with host.work():
            async with form.read(request) as arguments:
                return await unless_gone(request.receive, guarded(_answer(host, method, arguments)))

    return answer


def _arguments(method: Method, inputs: dict[str, Any]) -> dict[str, Any]:
    return inputs if isinstance(method.inputs, Form) else method.inputs.check(inputs)


async def _answer(host: ServiceHost, method: Method, arguments: dict[str, Any]) -> Response:
    return AsciiJson(await host.call(method, arguments).answer())


def _lifespan(host: ServiceHost) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # Not awaited: the health check answers while the service sets itself up.
        setup = asyncio.create_task(host.setup())
        yield
        was_set_up = setup.done()
        setup.cancel()
        await host.shutdown(was_set_up=was_set_up)

    return lifespan
