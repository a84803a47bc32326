"""The endpoint that `inkcloud up` makes."""

from dataclasses import replace

from inkcloud.bootstrap.settings import ENDPOINT, ENVIRONMENT, UpSettings
from inkcloud.domain.endpoint import Endpoint
from inkcloud.services.catalogue import TEMPLATES
from inkcloud.storage.endpoints import EndpointTable

TEMPLATE = "text-to-image"
PREDICTION = ENVIRONMENT["prediction"]
CONCURRENCY = 16


def keep_first_endpoint(table: EndpointTable, settings: UpSettings, model: str) -> Endpoint:
    """Make the endpoint, or bring the one of an earlier start up to this start's options.

    What people changed stays: its numbers, its titles, whether it is paused or private.
    The model, its arithmetic, what computes it, what it predicts and, for a gateway that others
    can reach, privacy follow the options.

    Args:
        table: where endpoints are kept.
        settings: the options.
        model: the model's name or folder, checked.
    """
    known = table.get(ENDPOINT)
    first = _new(settings) if known is None else known
    chosen = {
        "INKCLOUD_MODEL": model,
        "INKCLOUD_DTYPE": settings.dtype,
        "INKCLOUD_BACKEND": settings.backend,
    }
    # What an earlier model needed would be wrong for this one.
    kept = {name: value for name, value in first.environment.items() if name != PREDICTION}
    if settings.prediction is not None:
        chosen[PREDICTION] = settings.prediction
    first = replace(
        first,
        public=first.public and settings.loopback,
        environment=kept | chosen,
    )
    if first != known:
        table.save(first)
    return first


def _new(settings: UpSettings) -> Endpoint:
    template = next(each for each in TEMPLATES if each.name == TEMPLATE)
    return Endpoint(
        name=ENDPOINT,
        service=template.service,
        template=template.name,
        display_name=template.title,
        description=template.description,
        public=settings.loopback,
        min_replicas=1,
        # One replica uses all of this machine's cores; a second would only share them.
        max_replicas=1,
        concurrency_per_replica=CONCURRENCY,
    )
