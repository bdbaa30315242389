"""What puts the parts together: settings, addresses, the command line, the runtime of a bare machine."""

import os

# Whoever loads anything of this package runs Regulars; so no entry point can forget it.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
