"""The ``lego`` command: all that runs before anything else is imported, so that Ctrl-C is two lines even then."""

from __future__ import annotations

import sys

from lego_cli.cli import signals


def main() -> None:
    """The ``lego`` command."""
    signals.catch()
    try:
        from lego_cli.cli.application import command_line

        code = command_line(sys.argv[1:])
    except BaseException:
        if not signals.interrupted():  # native code may make something else of an interrupt
            raise
        print(f"error: {signals.INTERRUPTED}\nhint: {signals.WHOLE}", file=sys.stderr, flush=True)
        code = signals.exit_code()
    signals.ignore()  # what was to be done is done
    sys.exit(code)


if __name__ == "__main__":
    main()
