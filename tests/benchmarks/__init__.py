"""Measurements, run by `make bench`; each line is a ratio of two things timed side by side."""
