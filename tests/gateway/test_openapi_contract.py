"""schemathesis over our description: no undeclared answer, no fault, no hang.

It calls every operation with data that fit the description and with data that do not.
SCHEMATHESIS_EXAMPLES says how many examples an operation gets; 200 are for a long run.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import HTTPException

from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas
from support.stub_service import StubService

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "15")
# A request is to take a second at most; on a busy machine, where this runs, some take longer.
HANG_SECONDS = "30"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


@pytest.fixture
def gateway(tmp_path):
    with StubService() as replica, RunningGateway(tmp_path, StubReplicas(replica)) as running:
        yield running


def schemathesis(gateway, tmp_path, *options):
    """Run it over the gateway and return its exit code and what it says."""
    generation = gateway.ended(gateway.submit("x"))["id"]
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{gateway.url}/openapi.json",
        "--header",
        f"Authorization: Bearer {gateway.token}",
        "--checks",
        ",".join(CHECKS),
        "--request-timeout",
        HANG_SECONDS,
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
            "GENERATION_ID": generation,
            "PYTHONWARNINGS": "ignore",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_every_answer_is_declared_and_none_is_a_fault(gateway, tmp_path):
    code, said = schemathesis(gateway, tmp_path, "--phases", "examples,coverage,fuzzing")

    assert code == 0, said[-8000:]


@pytest.mark.slow
def test_an_undeclared_answer_would_be_found(gateway, tmp_path):
    """The negative control."""

    @gateway.app.get("/undeclared", status_code=200)
    async def undeclared() -> None:
        """Answer something else than it says."""
        raise HTTPException(418)

    code, said = schemathesis(gateway, tmp_path, "--include-path", "/undeclared")

    assert code == 1
    assert "418" in said, said
