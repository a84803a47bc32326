"""The page Schedulers: how far each scheduler's picture is from its own converged one."""
