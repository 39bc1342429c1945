"""`python -m tocsin` and the `tocsin` command."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from tocsin.cli import main as run

    sys.exit(run())


if __name__ == "__main__":
    main()
