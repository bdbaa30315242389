"""Pure rules of points."""
