"""What the routes work with."""

from dataclasses import dataclass

from inkcloud.control.endpoints import Endpoints
from inkcloud.control.generations import Generations
from inkcloud.control.tokens import Tokens
from inkcloud.gateway.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The use cases and settings that the app was made from."""

    settings: Settings
    generations: Generations
    endpoints: Endpoints
    tokens: Tokens
