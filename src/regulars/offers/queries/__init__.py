"""Reading offers."""
