"""Work on models that does nothing real: what a gateway's tests need of it."""

from collections.abc import AsyncGenerator
from typing import Any


async def done_at_once(job: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    """Tell of progress, then of the end."""
    progress = {"stage": "downloading", "file": "unet/config.json", "file_done": 1}
    yield {"progress": {**progress, "file_total": 2, "done": 1, "total": 2, "note": ""}}
    if job["do"] == "verify":
        yield {"faults": []}
    else:
        yield {"model": job["name"] or "inkling"}
