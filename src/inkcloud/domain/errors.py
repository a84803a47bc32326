"""The error tree.

    InkcloudError
    ├── InvalidRequest        a value that the caller can mend           422
    │   └── MalformedRequest  a body that cannot be read at all          400
    ├── CheckpointError       a model's files that cannot be used
    ├── Unauthorized          no token, or one that is not known         401
    ├── Forbidden             a token that may not do this               403
    ├── NotFound              no such endpoint, generation or picture    404
    ├── Conflict              not possible in the present state          409
    ├── Cancelled             stopped at the caller's wish               409
    ├── Overloaded            the queue is full; come back later         503
    ├── Unavailable           no replica is ready                        503
    ├── ReplicaLost           the replica died while it held the work    502
    ├── DeadlineExceeded      not done within the caller's deadline      504
    ├── HubError              the hub of models refuses, or is not there 502
    ├── StorageFull           no room left on the disk                   507
    └── StorageUnavailable    the database or the disk does not answer   503

Every error says what failed, the value received and what is allowed. `code` is stable
and machine-readable; `status` is the HTTP status that fits it. Nothing here ever holds a
token or another secret.
"""

from typing import Any, ClassVar


class InkcloudError(Exception):
    """What failed, and what to do about it.

    Args:
        message: one or two plain sentences for the person who reads them.
        field: the name of the offending field, as the caller wrote it.
        value: the value received (shortened when shown).
        allowed: what would have been accepted.
    """

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something failed"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        value: object = None,
        allowed: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value
        self.allowed = allowed

    def as_dict(self) -> dict[str, Any]:
        """Return the error as plain JSON values: the form that crosses processes."""
        data: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.field is not None:
            data |= {"field": self.field, "value": shorten(self.value)}
        if self.allowed is not None:
            data["allowed"] = self.allowed
        return data

    @staticmethod
    def from_dict(data: dict[str, Any]) -> "InkcloudError":
        """Rebuild an error from `as_dict`; an unknown code gives the base class."""
        kinds = {kind.code: kind for kind in _kinds(InkcloudError)}
        kind = kinds.get(str(data.get("code")), InkcloudError)
        return kind(
            str(data.get("message", "The service gave no message.")),
            field=data.get("field"),
            value=data.get("value"),
            allowed=data.get("allowed"),
        )


class InvalidRequest(InkcloudError):
    """A value that the caller can mend: names the field, the value and what is allowed."""

    code = "invalid_request"
    title = "A value is not allowed"
    status = 422


class MalformedRequest(InvalidRequest):
    """A body that cannot be read at all, for example JSON with a syntax error."""

    code = "malformed_request"
    title = "The request cannot be read"
    status = 400


class CheckpointError(InkcloudError):
    """A model's files are missing, damaged, unsafe or of a kind that is not supported."""

    code = "checkpoint"
    title = "The model cannot be loaded"
    status = 422


class Unauthorized(InkcloudError):
    """No token was sent, or it is not known."""

    code = "unauthorized"
    title = "A token is needed"
    status = 401


class Forbidden(InkcloudError):
    """The request comes from a place, or with a token, that may not do this."""

    code = "forbidden"
    title = "Not allowed"
    status = 403


class NotFound(InkcloudError):
    """There is nothing of that name; a private thing looks the same to a stranger."""

    code = "not_found"
    title = "Not found"
    status = 404


class Conflict(InkcloudError):
    """Not possible in the present state."""

    code = "conflict"
    title = "Not possible now"
    status = 409


class Cancelled(InkcloudError):
    """The work was stopped at the caller's wish."""

    code = "cancelled"
    title = "Cancelled"
    status = 409


class Overloaded(InkcloudError):
    """The queue is full."""

    code = "overloaded"
    title = "Too busy"
    status = 503


class Unavailable(InkcloudError):
    """No replica is ready to take the work."""

    code = "unavailable"
    title = "Not ready"
    status = 503


class ReplicaLost(InkcloudError):
    """The replica died while it held the work."""

    code = "replica_lost"
    title = "The replica stopped"
    status = 502


class DeadlineExceeded(InkcloudError):
    """The work was not done within the caller's deadline."""

    code = "deadline_exceeded"
    title = "Out of time"
    status = 504


class HubError(InkcloudError):
    """The hub that models come from refuses, does not answer, or sends what is not right."""

    code = "hub"
    title = "The hub does not give the model"
    status = 502


class StorageFull(InkcloudError):
    """There is no room left to keep something; what is kept can still be read."""

    code = "storage_full"
    title = "No room left"
    status = 507


class StorageUnavailable(InkcloudError):
    """The database or the disk does not do what was asked of it."""

    code = "storage_unavailable"
    title = "The storage does not answer"
    status = 503


def shorten(value: object, limit: int = 80) -> str | int | float | bool | None:
    """Return a value that is safe to show: plain, and never longer than `limit`."""
    if value is None or isinstance(value, bool | float):
        return value
    text = value if isinstance(value, str) else repr(value)
    if len(text) > limit:
        return f"{text[:limit]}… ({len(text)} characters)"
    return value if isinstance(value, int | str) else text


def _kinds(kind: type[InkcloudError]) -> list[type[InkcloudError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _kinds(child))]
