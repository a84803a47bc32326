"""The console: pages that manage endpoints and tokens, and try services."""
