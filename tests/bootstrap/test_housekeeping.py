import asyncio

from inkcloud.bootstrap.housekeeping import Housekeeping


class Sweeper:
    def __init__(self) -> None:
        self.calls = 0
        self.called = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def sweep(self) -> None:
        self.calls += 1
        self._loop.call_soon_threadsafe(self.called.set)
        if self.calls == 1:
            raise OSError("the disk is away")


def test_it_sweeps_again_after_a_failure_and_stops(caplog) -> None:
    async def test() -> None:
        sweeper = Sweeper()
        housekeeping = Housekeeping(sweeper, every_seconds=0.0)
        housekeeping.start()
        while sweeper.calls < 3:
            sweeper.called.clear()
            await sweeper.called.wait()
        await housekeeping.stop()
        done = sweeper.calls
        await asyncio.sleep(0)
        assert sweeper.calls == done

    asyncio.run(test())
    assert "could not be removed" in caplog.text
