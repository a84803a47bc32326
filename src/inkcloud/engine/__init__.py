"""Step-level continuous batching: requests in, events out."""
