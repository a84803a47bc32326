"""Listening sockets, taken before anything else starts."""

import errno
import socket

from inkcloud.domain.errors import Conflict, InvalidRequest

_NOT_OURS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def take_port(host: str, port: int, option: str) -> socket.socket:
    """Return a socket that is bound to `host` and `port` and does not listen yet.

    Args:
        host: an address or a name of this machine.
        port: 0 takes any free port.
        option: the command-line option that chooses the port, for the message.

    Raises:
        InvalidRequest: if the host is not an address of this machine.
        Conflict: if the port is taken or may not be used.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise _bad_host(host) from error
    # IPv4 first: "localhost" is to mean 127.0.0.1.
    family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno in _NOT_OURS:
            raise _bad_host(host) from error
        raise Conflict(
            f"Port {port} on {host} cannot be used: {(error.strerror or 'unknown').lower()}.",
            field=option,
            value=port,
            allowed=f"a free port; choose another one with {option}, for example {option} "
            f"{port + 1 if port < 65535 else port - 1}",
        ) from error
    return listener


def _bad_host(host: str) -> InvalidRequest:
    return InvalidRequest(
        "This machine has no such address to listen on.",
        field="--host",
        value=host,
        allowed="127.0.0.1 (this machine only), 0.0.0.0 (every network), or one of its addresses",
    )
