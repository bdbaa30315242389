"""What offers take off a cart, which of them together, and how codes are made. Pure."""
