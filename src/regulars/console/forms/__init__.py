"""What people type, checked: one module for one part of the settings."""
