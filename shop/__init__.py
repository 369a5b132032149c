"""Counting: a shop's files become checked tables, profiles and texts. It does not know what they are used for."""

from shop.shop import Settings, Shop
from shop.tables import ShopDataError

__all__ = ["Settings", "Shop", "ShopDataError"]
