"""What an offer takes off a cart. Pure."""
