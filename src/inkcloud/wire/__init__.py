"""Dialects: what callers send and receive, decoded and encoded; nothing else."""
