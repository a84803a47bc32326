"""Lessons: for each parameter a short text, an experiment that measures, and a question."""
