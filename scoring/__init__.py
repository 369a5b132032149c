"""Predicting: churn, value, next purchase, unusual orders, demand and price response. It groups nobody and writes no sentence."""
