"""Events as Segment's libraries send them."""
