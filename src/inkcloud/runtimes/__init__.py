"""What starts and supervises replicas."""
