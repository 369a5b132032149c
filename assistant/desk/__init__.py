"""Talking with a customer: questions answered from the shop's own pages. It knows no other customer's rows."""
