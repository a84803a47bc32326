"""Use cases over ports: generations, endpoints and tokens."""
