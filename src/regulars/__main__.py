"""`python -m regulars` does what the command `regulars` does."""

from __future__ import annotations

from regulars.config.cli import main

if __name__ == "__main__":
    main()
