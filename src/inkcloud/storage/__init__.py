"""Metadata in a database, pictures in content-addressed files."""
