"""What a replica runs: the Service class and the built-in services."""
