"""What an engine did, in Prometheus' text form."""

from prometheus_client import CollectorRegistry, Histogram, generate_latest

ROWS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class EngineMetrics:
    """Counts UNet calls: how many rows they had and how long they took."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._rows = Histogram(
            "inkcloud_engine_batch_rows",
            "Rows of different pictures in one UNet call.",
            buckets=ROWS,
            registry=self._registry,
        )
        self._seconds = Histogram(
            "inkcloud_engine_step_seconds",
            "Seconds of one UNet call and its update.",
            buckets=SECONDS,
            registry=self._registry,
        )

    def note(self, rows: int, seconds: float) -> None:
        """Count one call."""
        self._rows.observe(rows)
        self._seconds.observe(seconds)

    def render(self) -> str:
        """Return everything."""
        return generate_latest(self._registry).decode()
