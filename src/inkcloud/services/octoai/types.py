"""Stands in for `octoai.types`."""

from inkcloud.services.types import Audio, File, Image, Media, MediaUrl, Text, Video

__all__ = ["Audio", "File", "Image", "Media", "MediaUrl", "Text", "Video"]
