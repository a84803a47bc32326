"""Access tokens: `ink_`, 30 base62 characters of randomness, and a checksum.

Only a token's SHA-256 is ever kept. The checksum lets a mistyped token be told from an
unknown one without a look-up, and lets secret scanners find leaked tokens.
"""

import hashlib
import secrets
import string
import zlib

PREFIX = "ink_"
RANDOM_LENGTH = 30
CHECKSUM_LENGTH = 6
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_token() -> str:
    """Return a fresh token with 178 bits of randomness."""
    body = "".join(secrets.choice(_BASE62) for _ in range(RANDOM_LENGTH))
    return PREFIX + body + _checksum(body)


def is_well_formed(token: str) -> bool:
    """Say whether a text has a token's form and its checksum is right."""
    body = token[len(PREFIX) : -CHECKSUM_LENGTH]
    return (
        token.startswith(PREFIX)
        and len(body) == RANDOM_LENGTH
        and all(character in _BASE62 for character in body)
        and secrets.compare_digest(token[-CHECKSUM_LENGTH:], _checksum(body))
    )


def token_hash(token: str) -> str:
    """Return the SHA-256 that is kept in a token's place, 64 hex digits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_BASE62))
        digits = _BASE62[digit] + digits
    return digits
