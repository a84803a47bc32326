"""`python -m inkcloud.replica module:Class`: serve one service until told to stop."""

import argparse
import logging
import os
import socket
import sys

from inkcloud.checkpoints.uncollected import uncollected
from inkcloud.domain.errors import InkcloudError
from inkcloud.replica.load_service import load_service
from inkcloud.replica.parent_pipe import ParentPipe
from inkcloud.replica.serve import listen, serve
from inkcloud.replica.service_host import ServiceHost

BAD_ARGUMENTS = 2


def main(arguments: list[str] | None = None) -> int:
    """Run a replica and return its exit code: 0, 1 (setup failed) or 2 (bad arguments)."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    pipe = ParentPipe()
    if options.parent_pipe:
        # Before the import of the service, which may take seconds.
        pipe.watch()
    try:
        listener = _listener(options.fd, options.port)
        with uncollected(once=True):
            host = ServiceHost(load_service(options.service))
    except (InkcloudError, OSError) as error:
        sys.stderr.write(_one_line(error) + "\n")
        return BAD_ARGUMENTS
    address, port = listener.getsockname()[:2]
    logging.getLogger(__name__).info("%s at http://%s:%d", options.service, address, port)
    code = serve(
        host,
        listener,
        grace_seconds=options.grace_seconds,
        on_server=lambda server: pipe.on_orphaned(server.abandon),
    )
    if host.failure is not None:
        sys.stderr.write(f"The setup failed: {_one_line(host.failure)}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inkcloud.replica", description=__doc__)
    parser.add_argument("service", metavar="module:Class", help="the service's class")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--port", type=int, default=8080, help="a port on 127.0.0.1")
    where.add_argument("--fd", type=int, help="an inherited socket that is bound already")
    parser.add_argument(
        "--parent-pipe", action="store_true", help="end when stdin ends: the parent has died"
    )
    parser.add_argument(
        "--grace-seconds",
        type=float,
        default=30.0,
        help="how long requests at work may take after SIGTERM",
    )
    return parser


def _listener(fd: int | None, port: int) -> socket.socket:
    if fd is not None:
        return socket.socket(fileno=fd)
    return listen("127.0.0.1", port)


def _one_line(error: BaseException) -> str:
    """Return an error as one line for a terminal or a log's end."""
    if not isinstance(error, InkcloudError):
        return " ".join(f"{type(error).__name__}: {error}".split())
    text = error.message
    if error.field is not None:
        text += f" {error.field}: {error.value!r}."
    if error.allowed is not None:
        text += f" Allowed: {error.allowed}."
    return " ".join(text.split())


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Not sys.exit: a setup or a plain `infer` that is still in its thread would hold it up.
    os._exit(code)
