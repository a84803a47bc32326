"""The HTTP server round a service."""
