"""Answers with files that never change, so that a browser asks for each once."""

from fastapi import Request, Response


def unchanging(
    request: Request, data: bytes, sha256: str, *, name: str, media_type: str
) -> Response:
    """Return a file; nothing but its headers to a caller who has it already.

    Args:
        request: the caller's.
        data: the file.
        sha256: names the file's content.
        name: what a browser calls it when it is saved.
        media_type: what it is.
    """
    tag = f'"{sha256}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    return Response(data, headers=headers, media_type=media_type)
