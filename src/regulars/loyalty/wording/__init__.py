"""The programme and the books in words."""
