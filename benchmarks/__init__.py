"""Benchmarks: one script a question; nothing in the product imports them."""
