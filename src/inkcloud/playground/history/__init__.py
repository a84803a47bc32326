"""The page History: every finished picture, searched, filtered, opened and taken along."""
