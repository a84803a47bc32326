"""Sharing: who may use the page, and how to let others in."""
