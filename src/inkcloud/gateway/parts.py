"""What the routes work with."""

import asyncio
from dataclasses import dataclass, field

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.events import Events
from inkcloud.control.generations import Generations
from inkcloud.control.history import History
from inkcloud.control.jobs import Jobs
from inkcloud.control.models import Models
from inkcloud.control.ports import Replicas
from inkcloud.control.presets import Presets
from inkcloud.control.service_client import ServiceClient
from inkcloud.control.templates import Templates
from inkcloud.control.tokens import Tokens
from inkcloud.gateway.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The use cases and settings that the app was made from.

    Attributes:
        settings: host names and bounds.
        generations: the use cases round a generation.
        history: every finished picture.
        jobs: calls that are answered later.
        services: asks the endpoints' services.
        endpoints: which endpoints there are.
        templates: what endpoints are made from.
        models: the store of models, and the work on it.
        presets: what people keep under a name.
        tokens: who may call.
        events: the endpoints' history.
        replicas: how the replicas stand, and what they write.
        stopping: set when the gateway stops, so that followers go.
    """

    settings: Settings
    generations: Generations
    history: History
    jobs: Jobs
    services: ServiceClient
    endpoints: Endpoints
    templates: Templates
    models: Models
    presets: Presets
    tokens: Tokens
    events: Events
    replicas: Replicas
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Go on with the work that an earlier gateway left unfinished."""
        await self.generations.start()
        await self.jobs.start()

    def drain(self) -> None:
        """Take no more work and let every follower go; what runs, runs on."""
        self.stopping.set()
        self.generations.drain()
        self.jobs.drain()
        self.events.drain()
        self.models.drain()

    async def stop(self) -> None:
        """Stop all work at the replicas; unfinished jobs stay queued for the next start."""
        self.drain()
        await self.models.stop()
        await self.jobs.stop()
        await self.generations.stop()
        await self.services.close()
        await self.endpoints.close()
