"""Offers in plain words."""
