"""The programme that is being changed: its draft, its parts, what they say, an order tried on it."""
