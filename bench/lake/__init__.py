"""How quick the way from PostgreSQL into the lake is."""
