"""Benchmarks: each figure has a target, and what it is compared with runs in the same call."""
