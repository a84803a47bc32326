"""Who may call each route. A route without a row here fails `test_access`.

A row's `strangers` says whether a caller without a token gets through: always, at a public
endpoint, or never. `scopes` are those of which a token needs one; with none, any token does.
`where` says of what the token must be: the endpoint of the address, the whole service, or
anything, where a token of one endpoint sees what is that endpoint's.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

from inkcloud.domain.access import Scope
from support.stub_replica import tiny_png

ALWAYS, PUBLIC, NEVER = "always", "public", "never"
SERVICE, ENDPOINT, ANYWHERE = "service", "endpoint", "anywhere"
ANY: tuple[Scope, ...] = ()
SEE = (Scope.PREDICT, Scope.READ)
USE = (Scope.PREDICT,)
READ = (Scope.READ,)
MANAGE = (Scope.MANAGE,)
LOOK = (Scope.READ, Scope.MANAGE)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route's rule, and how the test calls it.

    Attributes:
        strangers: ALWAYS, PUBLIC or NEVER.
        scopes: a token needs one of them.
        where: SERVICE, ENDPOINT or ANYWHERE.
        ok: the status for who may.
        body: what to send.
        headers: what else to send.
        query: the address's query.
        forbidden: the status for a token that does not permit it.
        hidden: the status for a token of another endpoint, if it is another one.
        problem: whether refusals are problems, not in a dialect's own envelope.
        challenge: the way of sending a token that a refusal asks for.
        changes: whether a call changes what the next one needs, which is then put back.
        victim: the end of the name of an endpoint that the calls may harm.
        ids: other parts of the path.
    """

    strangers: str = NEVER
    scopes: tuple[Scope, ...] = ANY
    where: str = ENDPOINT
    ok: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""
    forbidden: int = 403
    hidden: int = 0
    problem: bool = True
    challenge: str = "Bearer"
    changes: bool = False
    victim: str = ""
    ids: dict[str, Any] = field(default_factory=dict)


_DRAW = {"prompt": "x"}
_ONE = "/endpoints/{name}"
_GENERATION = "/endpoints/{name}/generations/{id}"
_PICTURE = "/history/{id}"
_ANY_PATH = "/endpoints/{name}/{path:path}"
_CHECKPOINT = "sd_model_checkpoint"
_IMAGE = base64.b64encode(tiny_png(seed=1)).decode()


def _named(field: str, value: Any = "{name}", **more: Any) -> Row:
    """Return the row of a route whose body names the endpoint."""
    body = _DRAW | {field: value} | more
    return Row(strangers=PUBLIC, scopes=USE, body=body, problem=False)


def _not_here(where: str) -> Row:
    """Return the row of a route that says what there is not."""
    return Row(scopes=READ, where=where, ok=404, problem=False)


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/healthcheck"): Row(strangers=ALWAYS),
    ("GET", "/docs"): Row(strangers=ALWAYS),
    ("GET", "/docs/{asset}"): Row(strangers=ALWAYS),
    ("GET", "/openapi.json"): Row(strangers=ALWAYS),
    # Endpoints
    ("GET", "/endpoints"): Row(),
    ("POST", "/endpoints"): Row(
        scopes=MANAGE, where=SERVICE, ok=201, body={"name": "{new}", "template": "stub"}
    ),
    ("GET", _ONE): Row(strangers=PUBLIC, scopes=SEE),
    ("PATCH", _ONE): Row(scopes=MANAGE, body={"description": "x"}, victim="3", changes=True),
    ("DELETE", _ONE): Row(scopes=MANAGE, ok=204, changes=True, victim="2"),
    ("POST", _ONE + "/pause"): Row(scopes=MANAGE, victim="4", changes=True),
    ("POST", _ONE + "/start"): Row(scopes=MANAGE, victim="4", changes=True),
    ("GET", _ONE + "/healthcheck"): Row(strangers=PUBLIC, scopes=SEE),
    ("GET", _ONE + "/openapi.json"): Row(strangers=PUBLIC, scopes=SEE),
    ("GET", _ONE + "/logs"): Row(scopes=READ),
    ("GET", _ONE + "/events"): Row(scopes=READ),
    ("GET", _ONE + "/metrics"): Row(scopes=READ),
    ("GET", "/metrics"): Row(scopes=READ, where=SERVICE),
    ("GET", "/templates"): Row(),
    ("GET", "/templates/{template}"): Row(),
    # Models
    ("GET", "/models"): Row(scopes=LOOK, where=SERVICE),
    ("GET", "/models/{name}"): Row(scopes=LOOK, where=SERVICE, ids={"name": "inkling"}),
    ("POST", "/models"): Row(
        scopes=MANAGE, where=SERVICE, ok=202, body={"id": "someone/{new}"}, changes=True
    ),
    ("POST", "/models/{name}/verify"): Row(
        scopes=MANAGE, where=SERVICE, ok=202, ids={"name": "inkling"}, changes=True
    ),
    ("DELETE", "/models/{name}"): Row(scopes=MANAGE, where=SERVICE, ok=404, ids={"name": "none"}),
    ("GET", "/model-operations"): Row(scopes=LOOK, where=SERVICE),
    ("GET", "/model-operations/{id}"): Row(scopes=LOOK, where=SERVICE),
    ("GET", "/model-operations/{id}/events"): Row(scopes=LOOK, where=SERVICE),
    ("POST", "/model-operations/{id}/cancel"): Row(scopes=MANAGE, where=SERVICE),
    # Presets
    ("GET", "/presets"): Row(scopes=SEE, where=SERVICE),
    ("POST", "/presets"): Row(
        scopes=USE,
        where=SERVICE,
        ok=201,
        body={"kind": "prompt", "name": "{new}", "values": {"prompt": "x"}},
    ),
    ("DELETE", "/presets/{preset_id}"): Row(
        scopes=USE, where=SERVICE, ok=404, ids={"preset_id": "none"}
    ),
    # Tokens
    ("POST", "/tokens"): Row(
        scopes=MANAGE, where=SERVICE, ok=201, body={"scopes": ["manage"], "expires_seconds": 60}
    ),
    ("GET", "/tokens"): Row(scopes=MANAGE, where=SERVICE),
    ("GET", "/tokens/current"): Row(),
    ("DELETE", "/tokens/{token_id}"): Row(scopes=MANAGE, where=SERVICE, changes=True),
    # Generations
    ("POST", _ONE + "/generations"): Row(strangers=PUBLIC, scopes=USE, ok=202, body=_DRAW),
    ("GET", _ONE + "/generations"): Row(scopes=READ),
    ("GET", _GENERATION): Row(strangers=PUBLIC, scopes=SEE),
    ("GET", _GENERATION + "/events"): Row(strangers=PUBLIC, scopes=SEE),
    ("GET", _GENERATION + "/images/{index}"): Row(strangers=PUBLIC, scopes=SEE),
    ("GET", _GENERATION + "/preview/{index}"): Row(strangers=PUBLIC, scopes=SEE, ok=404),
    ("GET", _GENERATION + "/frames"): Row(strangers=PUBLIC, scopes=SEE),
    ("GET", _GENERATION + "/frames.zip"): Row(strangers=PUBLIC, scopes=SEE),
    ("GET", _GENERATION + "/frames/{number}/{kind}"): Row(
        strangers=PUBLIC, scopes=SEE, ids={"number": 0, "kind": "noisy"}
    ),
    ("DELETE", _GENERATION): Row(strangers=PUBLIC, scopes=USE),
    # The history
    ("GET", "/history"): Row(scopes=READ, where=ANYWHERE),
    ("POST", "/history/delete"): Row(scopes=USE, where=ANYWHERE, body={"ids": ["{new}"]}),
    ("POST", "/history/restore"): Row(scopes=USE, where=ANYWHERE, body={"ids": ["{new}"]}),
    ("POST", "/history/export"): Row(scopes=READ, where=ANYWHERE, ok=404, body={"ids": ["{new}"]}),
    ("GET", _PICTURE): Row(scopes=READ, hidden=404),
    ("PATCH", _PICTURE): Row(scopes=USE, hidden=404, body={"favourite": True}),
    ("DELETE", _PICTURE): Row(scopes=USE, hidden=404, ok=204),
    ("POST", _PICTURE + "/restore"): Row(scopes=USE, hidden=404),
    ("GET", _PICTURE + "/image"): Row(scopes=READ, hidden=404),
    ("GET", _PICTURE + "/thumbnail"): Row(scopes=READ, hidden=404),
    ("GET", _PICTURE + "/start-image"): Row(scopes=READ, hidden=404, ok=404),  # it has none
    # Calls and jobs
    ("POST", _ONE + "/infer"): Row(strangers=PUBLIC, scopes=USE, body={}),
    ("GET", _ANY_PATH): Row(strangers=PUBLIC, scopes=USE),
    ("POST", _ANY_PATH): Row(
        strangers=PUBLIC, scopes=USE, ok=202, body={}, headers={"Prefer": "respond-async"}
    ),
    ("PUT", _ANY_PATH): Row(strangers=PUBLIC, scopes=USE),
    ("PATCH", _ANY_PATH): Row(strangers=PUBLIC, scopes=USE),
    ("DELETE", _ANY_PATH): Row(strangers=PUBLIC, scopes=USE),
    ("GET", "/jobs/{id}"): Row(strangers=PUBLIC, scopes=SEE, forbidden=404),
    ("GET", "/jobs/{id}/response"): Row(strangers=PUBLIC, scopes=SEE, forbidden=404),
    ("DELETE", "/jobs/{id}"): Row(strangers=PUBLIC, scopes=USE, ok=204, forbidden=404),
    # Dialects
    ("POST", _ONE + "/predict"): Row(strangers=PUBLIC, scopes=USE, body=_DRAW),
    # OctoAI's image API; the body names the endpoint
    ("POST", "/generate/{engine}"): _named("checkpoint"),
    # OpenAI
    ("POST", "/v1/images/generations"): _named("model"),
    ("GET", "/v1/images/{id}/{file}"): Row(
        strangers=PUBLIC, scopes=USE, forbidden=404, problem=False
    ),
    ("GET", "/v1/models"): Row(strangers=ALWAYS),
    ("GET", "/v1/models/{name}"): Row(strangers=PUBLIC, scopes=USE, problem=False),
    # The web UI; options without a chosen checkpoint are those of the default endpoint
    ("GET", "/sdapi/v1/options"): Row(scopes=USE, where=SERVICE, ok=404, problem=False),
    ("POST", "/sdapi/v1/options"): Row(
        strangers=PUBLIC, scopes=USE, body={_CHECKPOINT: "{name}"}, problem=False
    ),
    ("POST", "/sdapi/v1/txt2img"): _named("override_settings", {_CHECKPOINT: "{name}"}),
    ("POST", "/sdapi/v1/img2img"): _named(
        "override_settings", {_CHECKPOINT: "{name}"}, init_images=[_IMAGE]
    ),
    ("GET", "/sdapi/v1/progress"): Row(strangers=ALWAYS),
    ("POST", "/sdapi/v1/interrupt"): Row(strangers=ALWAYS),
    ("POST", "/sdapi/v1/skip"): Row(strangers=ALWAYS),
    ("GET", "/sdapi/v1/samplers"): Row(strangers=ALWAYS),
    ("GET", "/sdapi/v1/schedulers"): Row(strangers=ALWAYS),
    ("GET", "/sdapi/v1/sd-models"): Row(strangers=ALWAYS),
    ("POST", "/sdapi/v1/refresh-checkpoints"): Row(strangers=ALWAYS),
    ("GET", "/sdapi/v1/{listing}"): Row(strangers=ALWAYS),
    # OctoAI's control plane
    ("POST", "/v1/endpoint"): Row(
        scopes=MANAGE,
        where=SERVICE,
        ok=201,
        body={"name": "{new}", "image_url": "template:stub", "port": 8080},
        problem=False,
    ),
    ("GET", "/v1/endpoints"): Row(problem=False),
    ("GET", "/v1/endpoint/{name}"): Row(scopes=READ, problem=False),
    ("PATCH", "/v1/endpoint/{name}"): Row(
        scopes=MANAGE, body={"description": "x"}, problem=False, victim="5", changes=True
    ),
    ("DELETE", "/v1/endpoint/{name}"): Row(scopes=MANAGE, problem=False, victim="6", changes=True),
    ("GET", "/v1/endpoint/{name}/container/metadata"): _not_here(ENDPOINT),
    ("GET", "/v1/endpoint/{name}/volume_token"): _not_here(ENDPOINT),
    ("GET", "/v1/public-endpoints"): Row(strangers=ALWAYS),
    ("GET", "/v1/logs/{name}"): Row(scopes=READ, problem=False),
    ("GET", "/v1/logs/{name}/stream"): Row(scopes=READ, problem=False),
    ("GET", "/v1/events/{name}"): Row(scopes=READ, problem=False),
    ("GET", "/v1/events/{name}/stream"): Row(scopes=READ, problem=False),
    ("GET", "/v1/instance-types"): Row(scopes=READ, where=SERVICE, problem=False),
    ("GET", "/v1/secrets"): Row(scopes=READ, where=SERVICE, problem=False),
    ("GET", "/v1/registry-credentials"): Row(scopes=READ, where=SERVICE, problem=False),
    ("GET", "/v1/account"): _not_here(SERVICE),
    ("POST", "/v1/account"): _not_here(SERVICE),
    ("PATCH", "/v1/account"): _not_here(SERVICE),
    ("POST", "/v1/secret"): _not_here(SERVICE),
    ("GET", "/v1/secret/{key}"): _not_here(SERVICE),
    ("PUT", "/v1/secret/{key}"): _not_here(SERVICE),
    ("DELETE", "/v1/secret/{key}"): _not_here(SERVICE),
    ("POST", "/v1/registry-credential"): _not_here(SERVICE),
    ("GET", "/v1/registry-credential/{key}"): _not_here(SERVICE),
    ("PUT", "/v1/registry-credential/{key}"): _not_here(SERVICE),
    ("DELETE", "/v1/registry-credential/{key}"): _not_here(SERVICE),
}
