"""The HTTP gateway: tokens, routes, dialects; every caller comes through here."""
