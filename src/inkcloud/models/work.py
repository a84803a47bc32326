"""A worker process, and what it tells."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from typing import Any

from inkcloud.domain.errors import HubError, InkcloudError
from inkcloud.models.worker import MODULE

_LONGEST_LINE = 1024 * 1024
_LAST_WORDS = 300


async def work(job: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    """Yield what a worker process tells of a job; closing it kills the process.

    What a killed pull has fetched stays, so that another one goes on from there.

    Args:
        job: as the worker reads it.

    Raises:
        InkcloudError: if the process ends without a result.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        limit=_LONGEST_LINE,
        start_new_session=True,  # Ctrl-C in a terminal is for the gateway, which stops it
    )
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise InkcloudError("The worker cannot be spoken to.")
    errors = asyncio.create_task(process.stderr.read())
    told = False
    try:
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(job).encode() + b"\n")
            await process.stdin.drain()
        async for line in process.stdout:
            message = json.loads(line)
            told = told or "progress" not in message
            yield message
        if not told:
            words = (await errors).decode(errors="replace").strip().splitlines()
            raise HubError(
                f"The work ended before it was done: {words[-1][:_LAST_WORDS] if words else ''}"
            )
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        errors.cancel()
        await asyncio.wait({errors})
        process.stdin.close()
