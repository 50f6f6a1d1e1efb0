"""`python -m agent` is `razbor`."""

import sys

from agent.cli import main

sys.exit(main())
