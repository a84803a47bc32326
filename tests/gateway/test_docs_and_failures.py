import logging
import re
import socket

import pytest

from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.wire import octoai
from support.running_gateway import RunningGateway
from support.stub_replica import StubReplicas

# They answer errors in envelopes of their own.
DIALECTS = ("/v1/", "/generate/", "/sdapi/")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with RunningGateway(tmp_path_factory.mktemp("data"), StubReplicas()) as running:

        @running.app.get("/broken")
        async def broken():
            message = "the secret is 12345"
            raise RuntimeError(message)

        yield running


def test_the_docs_page_needs_no_network(gateway):
    page = gateway.http.get("/docs").text

    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert "/docs/swagger-ui-bundle.js" in addresses
    assert all(address.startswith("/docs/") for address in addresses)
    for address in addresses:
        answer = gateway.http.get(address)
        assert (answer.status_code, len(answer.content) > 1000) == (200, True)
    assert gateway.http.get("/docs/swagger-ui.css").headers["content-type"].startswith("text/css")


def test_the_description_has_every_field_of_both_request_forms(gateway):
    paths = gateway.http.get("/openapi.json").json()["paths"]

    def fields(path):
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]
        return set(body["schema"]["properties"])

    native = set(GenerationRequest.__dataclass_fields__) | {"tag"}
    assert fields("/endpoints/{name}/generations") == native
    assert fields("/endpoints/{name}/predict") == set(octoai.FIELDS)


def test_the_description_declares_errors_as_problems(gateway):
    paths = gateway.http.get("/openapi.json").json()["paths"]

    for path, operations in paths.items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                own = not path.endswith("/healthcheck") and not path.startswith(DIALECTS)
                if status[0] in "45" and own:
                    assert list(response["content"]) == ["application/problem+json"], path


def test_an_unforeseen_error_is_opaque_and_its_id_leads_to_the_log(gateway, caplog):
    with caplog.at_level(logging.ERROR):
        answer = gateway.http.get("/broken")

    problem = answer.json()
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert "12345" not in answer.text
    assert problem["request_id"] in caplog.text
    assert "12345" in caplog.text


def test_every_answer_has_an_id_of_its_own(gateway):
    ids = [gateway.http.get(path).headers["x-request-id"] for path in ("/docs", "/docs", "/no")]

    assert len(set(ids)) == 3


def test_answers_do_not_wait_for_acknowledgements(gateway):
    [server] = gateway.server.servers

    # asyncio sets TCP_NODELAY on accepted connections only if their listener names TCP.
    assert {listener.proto for listener in server.sockets} == {socket.IPPROTO_TCP}
