"""The picture that a generation starts from: a file in the image store, named by its job."""

from typing import Any

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.init_image import to_text
from inkcloud.storage.images import ImageStore


def with_picture(request: dict[str, Any], images: ImageStore) -> dict[str, Any]:
    """Return a job's request as a replica takes it: the picture it names as base64.

    Args:
        request: as the job keeps it. One that an earlier version kept holds its picture.
        images: where pictures are kept.

    Raises:
        InkcloudError: if the picture's file is missing or damaged.
        StorageUnavailable: if the disk fails.
    """
    named = request.get("image")
    if not isinstance(named, dict):
        return request
    image = images.get(named["sha256"])
    if image is None:
        message = "The picture that this generation starts from is missing or damaged."
        raise InkcloudError(message)
    return {**request, "image": to_text(image)}
