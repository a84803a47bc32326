"""An error in one paragraph, for dialects that have only one text for it."""

from inkcloud.domain.errors import InkcloudError, shorten


def paragraph(error: InkcloudError) -> str:
    """Return what failed, the value received and what is allowed."""
    parts = [error.message]
    if error.field is not None:
        parts.append(f"{error.field} was {shorten(error.value)!r}.")
    if error.allowed is not None:
        parts.append(f"Allowed: {error.allowed}.")
    return " ".join(parts)
