"""Inkcloud: a compute service and a playground for text-to-image models."""

__version__ = "0.1.0"
