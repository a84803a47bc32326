"""The six samplers as coefficient tables, one batched update, and seeded noise."""
