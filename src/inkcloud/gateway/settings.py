"""What the gateway is told about its surroundings."""

import ipaddress
from dataclasses import dataclass

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]", "*.localhost")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The gateway's settings.

    Attributes:
        hosts: the names under which callers may reach the gateway, `*.` for any name under
            one; None allows every name, and then a page may only call its own host.
        body_bytes: longest request body.
        image_body_bytes: longest request body where an image goes in.
        keep_alive_seconds: how often a quiet event stream says that it is alive.
    """

    hosts: tuple[str, ...] | None = LOOPBACK_HOSTS
    body_bytes: int = 1024 * 1024
    image_body_bytes: int = 10 * 1024 * 1024
    keep_alive_seconds: float = 15.0

    @classmethod
    def for_listener(cls, host: str) -> "Settings":
        """Return the settings for a gateway that listens on `host`.

        On loopback only this machine's own names are answered to. Elsewhere the names that
        a network gives the machine are not known, and tokens keep strangers out.
        """
        if host == "localhost":
            return cls()
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return cls(hosts=None)
        if not address.is_loopback:
            return cls(hosts=None)
        name = f"[{address}]" if address.version == 6 else str(address)
        return cls(hosts=tuple(dict.fromkeys((*LOOPBACK_HOSTS, name))))
