"""All that changes the books."""
