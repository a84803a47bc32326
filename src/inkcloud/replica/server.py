"""The HTTP server round a service: the contract that every replica fulfils."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from inkcloud.domain.errors import InkcloudError
from inkcloud.replica.browser_guard import BrowserGuard
from inkcloud.replica.client_gone import unless_gone
from inkcloud.replica.event_stream import EventStream
from inkcloud.replica.failures import install_handlers, told
from inkcloud.replica.inputs import read_inputs
from inkcloud.replica.service_host import ServiceHost
from inkcloud.replica.state import ReplicaState
from inkcloud.services.service import Service

Result = TypeVar("Result")

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


def create_app(service: Service) -> FastAPI:
    """Return the app that serves a service; its lifespan sets the service up.

    Args:
        service: an instance that was not set up yet.
    """
    return create_app_of(ServiceHost(service))


def create_app_of(host: ServiceHost) -> FastAPI:
    """Return the app that serves a host's service: for a caller who watches the host."""
    app = FastAPI(title=type(host.service).__name__, lifespan=_lifespan(host))
    app.add_middleware(BrowserGuard)
    install_handlers(app)

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
            return JSONResponse(await _guarded(host.facts()))

    @app.post("/infer", openapi_extra=_BODY)
    async def infer(request: Request) -> Response:
        """Answer one request; its inputs are the keys of the JSON object."""
        began = time.perf_counter()
        with host.work():
            inputs = await read_inputs(request)
            return await unless_gone(request.receive, _guarded(_infer(host, inputs, began)))

    @app.post("/stream", openapi_extra=_BODY)
    async def stream(request: Request) -> Response:
        """Answer one request with server-sent events."""
        with host.work():
            return EventStream(host, await read_inputs(request))

    return app


async def _infer(host: ServiceHost, inputs: dict[str, Any], began: float) -> Response:
    inference_began = time.perf_counter()
    output = await host.infer(inputs)
    done = time.perf_counter()
    analytics = {
        "inference_time_ms": (done - inference_began) * 1000,
        "performance_time_ms": (done - began) * 1000,
    }
    return JSONResponse({"output": output, "analytics": analytics})


async def _guarded(work: Coroutine[Any, Any, Result]) -> Result:
    """Await the service's work; an error leaves in the form that clients are told."""
    try:
        return await work
    except InkcloudError:
        raise
    except Exception as error:
        raise told(error) from error


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
