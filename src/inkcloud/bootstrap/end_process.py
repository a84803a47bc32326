"""How a child process is ended."""

import asyncio


async def end_process(process: asyncio.subprocess.Process, grace_seconds: float) -> None:
    """End it: politely first, by force when that takes too long; nothing if it has ended."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), grace_seconds)
    except TimeoutError:
        process.kill()
        await process.wait()
