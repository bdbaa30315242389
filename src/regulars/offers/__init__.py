"""Offers: coupons, personal offers and prices. See README.md."""
