"""The command line: `urbsim COMMAND`. Every module here loads heavy libraries only inside the command that needs them."""

from urbsim.cli.app import main

__all__ = ["main"]
