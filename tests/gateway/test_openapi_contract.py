"""schemathesis over our description: no undeclared answer, no fault, no hang.

It calls every operation with data that fit the description and with data that do not, and
follows from each answer to the calls that it makes possible. SCHEMATHESIS_EXAMPLES says how
many examples an operation gets; 200 are for a long run.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import HTTPException

from inkcloud.gateway.openapi_links import links
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "10")
# A request is to take a second at most; on a busy machine, where this runs, some take longer.
HANG_SECONDS = "30"
PHASES = "examples,coverage,fuzzing,stateful"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "ensure_resource_availability",
)


@pytest.fixture
def gateway(tmp_path):
    with StubService() as replica, RunningGateway(tmp_path, StubReplicas(replica)) as running:
        yield running


def schemathesis(gateway, tmp_path, *options, phases=PHASES, hang=HANG_SECONDS):
    """Run it over the gateway and return its exit code and what it says."""
    [own_token] = gateway.tokens.list()
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{gateway.url}/openapi.json",
        "--header",
        f"Authorization: Bearer {gateway.token}",
        "--phases",
        phases,
        "--mode",
        "all",
        "--checks",
        ",".join(CHECKS),
        "--request-timeout",
        hang,
        "--max-examples",
        EXAMPLES,
        "--suppress-health-check",
        "all",
        "--warnings",
        "off",
        "--seed",
        "1",
        *options,
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("openapi_hooks.py")),
            "GENERATION_ID": gateway.ended(gateway.submit("x", frames=True))["id"],
            "TOKEN_ID": own_token.id,
            "PYTHONWARNINGS": "ignore",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    if "SCHEMATHESIS_LOG" in os.environ:
        Path(os.environ["SCHEMATHESIS_LOG"]).write_text(said)
    return done.returncode, said


@pytest.mark.slow
def test_every_answer_is_declared_and_none_is_a_fault(gateway, tmp_path):
    code, said = schemathesis(gateway, tmp_path)

    assert code == 0, said[-8000:]
    for phase in PHASES.split(","):
        assert f"✅ {phase.capitalize()}" in said


@pytest.mark.slow
class TestNegativeControls:
    def test_an_undeclared_answer_would_be_found(self, gateway, tmp_path):
        @gateway.app.get("/undeclared", status_code=200)
        async def undeclared() -> None:
            """Answer something else than it says."""
            raise HTTPException(418)

        code, said = schemathesis(gateway, tmp_path, "--include-path", "/undeclared")

        assert code == 1
        assert "418" in said, said

    def test_a_hang_would_be_found(self, gateway, tmp_path):
        @gateway.app.get("/hanging", status_code=200)
        async def hanging() -> None:
            """Answer too late."""
            await asyncio.sleep(2)

        only = ("--include-path", "/hanging")
        code, said = schemathesis(gateway, tmp_path, *only, phases="coverage", hang="1")

        assert code == 1
        assert "timed out" in said.lower(), said

    def test_a_fault_behind_a_link_would_be_found(self, gateway, tmp_path):
        made = links("GET /things/{id}", id="$response.body#/id")

        @gateway.app.post("/things", status_code=201, responses={201: made})
        async def make() -> dict[str, str]:
            """Make a thing whose id cannot be guessed."""
            return {"id": "thing-4711"}

        @gateway.app.get("/things/{id}", responses={404: {"description": "None."}})
        async def get(id: str) -> dict[str, str]:
            """Fail at what there is."""
            raise HTTPException(500 if id == "thing-4711" else 404)

        only = ("--include-path-regex", "^/things")
        code, said = schemathesis(gateway, tmp_path, *only, phases="stateful")

        assert code == 1
        assert "/things/thing-4711" in said, said
