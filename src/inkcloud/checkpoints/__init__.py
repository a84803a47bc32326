"""Checkpoints: a model's folder in, checked and loaded modules out."""
