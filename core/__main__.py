"""`python -m core`: the command line without installing anything."""

import sys

if __name__ == "__main__":
    # in here, because the workers import this file again
    from core.cli import main

    sys.exit(main())
