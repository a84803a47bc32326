"""`inkcloud run`."""

import ipaddress
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from inkcloud.cli.errors import describe, plain_errors
from inkcloud.domain.errors import Conflict, Forbidden, InkcloudError, InvalidRequest

if TYPE_CHECKING:
    import socket

TOKEN = "INKCLOUD_RUN_TOKEN"
GRACE_SECONDS = 10.0
SETUP_FAILED = 1


@plain_errors
def run(
    service: Annotated[
        str,
        typer.Argument(
            metavar="module:Class",
            help="The class to serve; its module lies in the current folder or is installed.",
            show_default=False,
        ),
    ],
    port: Annotated[
        int,
        typer.Option(
            envvar="INKCLOUD_RUN_PORT", min=0, max=65535, help="Its port; 0 is any free one."
        ),
    ] = 8080,
    host: Annotated[
        str,
        typer.Option(
            envvar="INKCLOUD_RUN_HOST",
            help=f"Its address. One that other machines reach needs a token in {TOKEN}, which "
            "requests must then carry.",
        ),
    ] = "127.0.0.1",
) -> None:
    """Serve a Python class here and now; Ctrl-C stops it.

    The first Ctrl-C lets requests at work finish for up to 10 seconds, a second one ends them.
    """
    from inkcloud.replica.load_service import load_service
    from inkcloud.replica.serve import serve
    from inkcloud.replica.service_host import ServiceHost

    token = _token(host)
    _start_log()
    # As `python -m` does it, and unlike an installed command: modules of the current folder.
    sys.path.insert(0, os.getcwd())
    try:
        served = ServiceHost(load_service(service))
    except InvalidRequest as error:
        raise InvalidRequest(
            error.message, field="module:Class", value=service, allowed=error.allowed
        ) from error
    listener = _listener(host, port)
    shown = f"[{host}]" if ":" in host else host
    print(f"{service} at http://{shown}:{listener.getsockname()[1]}; its page is /docs.")
    print("Ctrl-C stops it.", flush=True)
    code = serve(served, listener, grace_seconds=GRACE_SECONDS, token=token)
    if served.failure is not None:
        print(f"inkcloud: the setup failed: {_last_words(served.failure)}", file=sys.stderr)
    _end(code)


def _token(host: str) -> str | None:
    token = os.environ.get(TOKEN) or None
    if token is None and not _is_loopback(host):
        raise Forbidden(
            f"Other machines reach this address: put a token into {TOKEN}.",
            field="host",
            value=host,
            allowed="127.0.0.1, or any address with a token",
        )
    return token


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listener(host: str, port: int) -> "socket.socket":
    from inkcloud.replica.serve import listen

    try:
        return listen(host, port)
    except OSError as error:
        raise Conflict(
            f"The port cannot be opened: {error.strerror or error}.",
            field="port",
            value=port,
            allowed="a free port; --port 0 finds one",
        ) from error


def _start_log() -> None:
    import logging

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _last_words(error: BaseException) -> str:
    if isinstance(error, InkcloudError):
        return describe(error).removeprefix("inkcloud: ")
    return " ".join(f"{type(error).__name__}: {error}".split())


def _end(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # Not by an exception: a plain method that is still in its thread would hold it up.
    os._exit(code)
