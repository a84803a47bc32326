"""Settings that are read from a picture's file, ours and other tools'."""
