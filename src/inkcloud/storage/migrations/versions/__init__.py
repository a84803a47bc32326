"""One module for each step from one form of the tables to the next."""
