"""The Python client of an Inkcloud gateway, sync and async.

Example:
    >>> from inkcloud.client import InkcloudClient
    >>> with InkcloudClient("http://127.0.0.1:8000") as client:
    ...     [image] = client.generate("an octopus playing chess", seed=42)
    >>> open("octopus.png", "wb").write(image.png)
"""

from inkcloud.client.async_client import AsyncInkcloudClient
from inkcloud.client.client import InkcloudClient
from inkcloud.client.endpoint_status import EndpointStatus, ReplicaView
from inkcloud.client.generated_image import GeneratedImage
from inkcloud.client.generation_status import GenerationStatus, ImageLink, PreviewLink
from inkcloud.client.history_picture import HistoryPicture, HistoryPictures
from inkcloud.client.new_token import NewToken
from inkcloud.client.served_job import ServedJob

__all__ = [
    "AsyncInkcloudClient",
    "EndpointStatus",
    "GeneratedImage",
    "GenerationStatus",
    "HistoryPicture",
    "HistoryPictures",
    "ImageLink",
    "InkcloudClient",
    "NewToken",
    "PreviewLink",
    "ReplicaView",
    "ServedJob",
]
