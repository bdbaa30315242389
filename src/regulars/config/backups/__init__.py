"""Backups: everything in the database as one file, and the way back into an empty installation."""
