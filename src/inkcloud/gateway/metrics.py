"""The gateway's figures: for Prometheus, and as series for the console's plots."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.process_collector import ProcessCollector

from inkcloud.domain.replica_status import ReplicaPhase
from inkcloud.gateway.measured import Measured
from inkcloud.gateway.series import Series
from inkcloud.gateway.traffic import Answered

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.02, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


class _OfReplicas:
    """Gives a registry what the replicas reported last."""

    def __init__(self) -> None:
        self.families: dict[str, Metric] = {}

    def collect(self) -> Iterable[Metric]:
        """Return the families, each with the samples of every replica."""
        return list(self.families.values())


class Metrics:
    """Counts what is answered, and keeps what was measured last.

    Attributes:
        series: the recent past of each endpoint.
    """

    def __init__(self) -> None:
        self.series: dict[str, Series] = {}
        self._registry = CollectorRegistry()
        ProcessCollector(namespace="inkcloud_gateway", registry=self._registry)
        self._reported = _OfReplicas()
        self._registry.register(self._reported)
        labels = ("endpoint", "route", "method")
        self._requests = Counter(
            "inkcloud_requests",
            "Requests that were answered.",
            (*labels, "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "inkcloud_request_seconds",
            "Seconds from a request's arrival to the end of its answer.",
            labels,
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._in_flight = self._gauge("in_flight", "Requests that replicas hold.")
        self._waiting = self._gauge("queue_length", "Requests that wait for a replica.")
        self._replicas = self._gauge("replicas", "Replicas by state.", "state")
        self._memory = self._gauge("replica_memory_bytes", "Resident memory.", "replica")

    def note(self, answered: Answered) -> None:
        """Count a request."""
        labels = (answered.endpoint, answered.route, answered.method)
        self._requests.labels(*labels, str(answered.status)).inc()
        self._seconds.labels(*labels).observe(answered.seconds)
        if answered.endpoint:
            series = self.series.setdefault(answered.endpoint, Series())
            series.note(answered.status, answered.seconds)

    def keep(self, measured: Mapping[str, Measured]) -> None:
        """Take how all endpoints stand now in place of how they stood."""
        for gauge in (self._in_flight, self._waiting, self._replicas, self._memory):
            gauge.clear()
        for name, now in measured.items():
            self._in_flight.labels(name).set(now.load.in_flight)
            self._waiting.labels(name).set(now.load.waiting)
            for phase in ReplicaPhase:
                self._replicas.labels(name, phase.value).set(now.phases.count(phase))
            for replica, size in now.memory_bytes.items():
                self._memory.labels(name, replica).set(size)
        self._reported.families = _merged(measured)

    def sample(self, measured: Mapping[str, Measured]) -> None:
        """Add how all endpoints stand now to their series; forget endpoints that are gone."""
        self.keep(measured)
        for name in self.series.keys() - measured.keys():
            del self.series[name]
        for name, now in measured.items():
            self.series.setdefault(name, Series()).sample(now)

    def render(self) -> bytes:
        """Return everything in Prometheus' text form."""
        return generate_latest(self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        full = f"inkcloud_{name}"
        return Gauge(full, text, ("endpoint", *labels), registry=self._registry)


def _merged(measured: Mapping[str, Measured]) -> dict[str, Metric]:
    families: dict[str, Metric] = {}
    for endpoint, now in measured.items():
        for replica, reported in now.reported.items():
            for family in reported:
                kept = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                for sample in family.samples:
                    labels = {**sample.labels, "endpoint": endpoint, "replica": replica}
                    kept.add_sample(sample.name, labels, sample.value)
    return families
