"""The page Grid: one prompt varied along up to three axes."""
