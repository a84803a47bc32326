"""The gateway's app."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from inkcloud import __version__
from inkcloud.control.endpoints import Endpoints
from inkcloud.control.generations import Generations
from inkcloud.control.tokens import Tokens
from inkcloud.gateway import problems
from inkcloud.gateway.browser_guard import BrowserGuard
from inkcloud.gateway.parts import Parts
from inkcloud.gateway.request_ids import RequestIds
from inkcloud.gateway.routes import docs, endpoints, generations, health, pictures, predict
from inkcloud.gateway.settings import Settings

_DESCRIPTION = (
    "Text-to-image endpoints. `predict` answers when the pictures are done; `generations` "
    "accepts a request at once and lets you follow it, fetch its pictures or cancel it."
)


def create_app(
    *, settings: Settings, generations: Generations, endpoints: Endpoints, tokens: Tokens
) -> FastAPI:
    """Return the app; its lifespan starts and stops the work on generations.

    Args:
        settings: host names and bounds.
        generations: the use cases round a generation; not started yet.
        endpoints: which endpoints there are.
        tokens: who may call.
    """
    app = FastAPI(
        title="Inkcloud",
        description=_DESCRIPTION,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(generations, endpoints),
    )
    app.state.parts = Parts(
        settings=settings, generations=generations, endpoints=endpoints, tokens=tokens
    )
    problems.install(app)
    app.add_middleware(BrowserGuard, hosts=settings.hosts)
    app.add_middleware(RequestIds)  # added last: the outermost
    _include_routes(app)
    return app


def _include_routes(app: FastAPI) -> None:
    for module in (health, endpoints, predict, generations, pictures, docs):
        app.include_router(module.ROUTER)


def _lifespan(
    generations: Generations, endpoints: Endpoints
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await generations.start()
        try:
            yield
        finally:
            await generations.stop()
            await endpoints.close()

    return lifespan
