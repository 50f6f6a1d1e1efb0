"""Where `razbor` and `python -m agent` begin."""

import os
import sys
from contextlib import suppress


def main() -> int:
    """Run what was asked for; return the exit status."""
    if sys.argv[1:] == ["--version"]:  # at once, without the command line behind it
        from agent.release import release

        with suppress(OSError):
            os.write(1, f"razbor {release()}\n".encode())  # past the buffer: what fails is for the command line to say
            return 0
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # we have none; looking for them takes 15 ms
    if {"_ARGCOMPLETE", "COMP_LINE"} <= os.environ.keys():  # a shell asks, at TAB
        from agent.completion import complete

        complete()
    from agent import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
