"""Puts the parts together: `inkcloud up`."""
