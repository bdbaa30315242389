"""The log: how fast it is read, and how soon what happens is handled."""
