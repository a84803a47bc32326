"""Values that every other package shares: frozen dataclasses and the error tree."""
