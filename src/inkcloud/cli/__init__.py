"""The `inkcloud` command: one module per command."""
