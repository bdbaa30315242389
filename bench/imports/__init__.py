"""How quick a file of orders is brought in, against COPY of its rows."""
