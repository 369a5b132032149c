"""Talking with a customer: questions answered from the shop's own pages."""
