"""Running everything on one bare machine: the embedded PostgreSQL and the processes of `make up`."""
