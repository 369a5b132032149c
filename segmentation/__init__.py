"""Grouping: customers into segments, described in numbers. It knows profiles and vectors, not what is said of them."""
