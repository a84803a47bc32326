"""The store of models: how they come, what is kept of them, and where they are."""
