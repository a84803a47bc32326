"""A first service: greets, counts, and can be changed into something of your own."""

import time
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from inkcloud.services.service import Service

Name = Annotated[str, Field(min_length=1, max_length=100, description="Whom to greet.")]
Count = Annotated[int, Field(ge=1, le=1000, description="How far to count.")]


class HelloWorld(Service):
    """Greets whoever asks."""

    def setup(self) -> None:
        """Load what every request needs, such as a model; runs once."""
        self.greeting = "Hello"

    def infer(self, name: Name = "world") -> str:
        """Greet: POST /infer with {"name": "Ada"}."""
        return f"{self.greeting}, {name}!"

    def shout(self, name: Name = "world") -> str:
        """Greet loudly: POST /shout."""
        return self.infer(name).upper()

    def count_up(self, count: Count = 3) -> Iterator[int]:
        """Count: POST /count-up; with "stream": true each number comes by itself."""
        for number in range(1, count + 1):
            time.sleep(0.05)
            yield number
