"""The audit of a large shop: against reading its file once, and against pandas."""
