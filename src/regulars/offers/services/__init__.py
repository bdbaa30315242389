"""All that changes offers."""
