"""The gateway's app."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from inkcloud import __version__
from inkcloud.gateway import problems
from inkcloud.gateway.browser_guard import BrowserGuard
from inkcloud.gateway.endpoint_hosts import EndpointHosts
from inkcloud.gateway.metrics import Metrics
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.request_ids import RequestIds
from inkcloud.gateway.routes import (
    calls,
    control_plane,
    docs,
    endpoints,
    frames,
    generations,
    health,
    history,
    image_api,
    jobs,
    metrics,
    models,
    openai,
    pictures,
    predict,
    presets,
    templates,
    tokens,
    watch,
    webui,
)
from inkcloud.gateway.sampler import Sampler
from inkcloud.gateway.traffic import Traffic
from inkcloud.gateway.webui_desks import Desks

_DESCRIPTION = (
    "Endpoints that run services. Any path of a service answers below `/endpoints/NAME`, at "
    "once, as a stream or later. On text-to-image endpoints `predict` answers when the pictures "
    "are done; `generations` accepts a request at once and lets you follow it, fetch its "
    "pictures or cancel it."
)
# Clients of other services find their own forms here; add a dialect's router to this list.
DIALECTS = (predict, image_api, openai, webui, control_plane)
# `calls` takes every path below an endpoint that nothing before it takes: it stays last.
NATIVE = (
    health,
    endpoints,
    templates,
    models,
    presets,
    tokens,
    generations,
    pictures,
    frames,
    history,
    watch,
    metrics,
    jobs,
    docs,
)


def create_app(parts: Parts) -> FastAPI:
    """Return the app; its lifespan starts and stops the work on generations and jobs.

    Args:
        parts: the use cases, not started yet.
    """
    figures = Metrics()
    sampler = Sampler(parts, figures)
    app = FastAPI(
        title="Inkcloud",
        description=_DESCRIPTION,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(parts, sampler),
    )
    app.state.parts = parts
    app.state.metrics = figures
    app.state.sampler = sampler
    app.state.desks = Desks(parts.generations)
    problems.install(app)
    app.add_middleware(EndpointHosts)
    app.add_middleware(BrowserGuard, hosts=parts.settings.hosts)
    app.add_middleware(Traffic, note=figures.note)
    app.add_middleware(RequestIds)  # added last: the outermost
    for module in (*DIALECTS, *NATIVE, calls):
        app.include_router(module.ROUTER)
    return app


def _lifespan(
    parts: Parts, sampler: Sampler
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await parts.start()
        try:
            async with sampler.running():
                yield
        finally:
            await parts.stop()

    return lifespan
