"""Who may use a page that asks people to sign in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inkcloud.domain.errors import InvalidRequest

ALLOW = "INKCLOUD_ALLOW"
TRUST_EMAIL = "INKCLOUD_TRUST_EMAIL"
ALLOWED_ENTRY = "addresses such as ada@example.org and domains such as example.org"
_DOMAIN = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_ADDRESS = re.compile(r"[^\s@<>\",;]{1,64}@(?P<domain>[^\s@]+)")
_TRUE = {"1", "true", "yes"}


@dataclass(frozen=True)
class Team:
    """The list of those who are let in.

    Attributes:
        people: e-mail addresses, in small letters.
        domains: domains, in small letters; those below them do not count.
        trust_email: whether to take an address that the provider calls neither verified nor
            unverified, as a company's own provider may do.
    """

    people: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    trust_email: bool = False

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Team":
        """Read `INKCLOUD_ALLOW` (a list, or text with commas) and `INKCLOUD_TRUST_EMAIL`.

        Raises:
            InvalidRequest: names the first entry that is neither an address nor a domain.
        """
        listed = settings.get(ALLOW) or ()
        entries = re.split(r"[,\s]+", listed) if isinstance(listed, str) else list(listed)
        people, domains = set(), set()
        for entry in filter(None, (str(each).strip() for each in entries)):
            name = _plain(entry).removeprefix("@")
            if _DOMAIN.fullmatch(name):
                domains.add(name)
            elif _domain_of(name):
                people.add(name)
            else:
                raise InvalidRequest(
                    "The list of people holds an entry that is neither an address nor a domain.",
                    field=ALLOW,
                    value=entry,
                    allowed=ALLOWED_ENTRY,
                )
        trusted = str(settings.get(TRUST_EMAIL, "")).strip().lower() in _TRUE
        return cls(frozenset(people), frozenset(domains), trusted)

    @property
    def empty(self) -> bool:
        """Whether nobody is on the list."""
        return not self.people and not self.domains

    def refusal(self, claims: Mapping[str, Any]) -> str | None:
        """Return why a person is not let in; None if they are.

        Args:
            claims: what the provider says of them: `email`, `email_verified`.
        """
        address = _plain(str(claims.get("email") or ""))
        domain = _domain_of(address)
        if domain is None:
            return "The sign-in did not tell this page your e-mail address."
        if not self._trusts(claims.get("email_verified")):
            return f"The sign-in does not say that {address} has been verified."
        if self.empty:
            return "Nobody is on this page's list yet."
        if address in self.people or domain in self.domains:
            return None
        return f"{address} is not on this page's list."

    def _trusts(self, verified: object) -> bool:
        if verified is None:
            return self.trust_email
        return verified is True or str(verified).lower() == "true"


def _plain(text: str) -> str:
    """Return ASCII in small letters; other letters stay, as some of them become ASCII."""
    return text.lower() if text.isascii() else text


def _domain_of(address: str) -> str | None:
    found = _ADDRESS.fullmatch(address)
    return found["domain"] if found and _DOMAIN.fullmatch(found["domain"]) else None
