"""How each kind of file becomes calls of services.

A kind opens a file as `Work`: an order of work that is the same for the same file, cut into batches.
"""
