"""The figures of docs/metrics.md, each written once as an Ibis expression over `orders`.

`sequence` and `customers` turn orders into one row per customer; the other modules each answer one
question from these. Results are the structs of `analytics.types`.
"""
