"""bin/bench, once the environment is there."""

import argparse
import json
import signal
from typing import Any

from bench import delivery, pages, ratios

DATABASES = ["sqlite", "postgres"]


def main() -> int:
    # ended by a time limit, it stops what it started as at Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = _arguments()
    result, words = measure(arguments)
    print(json.dumps(result, indent=1) if arguments.json else words)
    return 1 if arguments.strict and result["over"] else 0


def measure(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """The result, and the same in words."""
    if arguments.command == "pages":
        result = pages.run(arguments.contacts, arguments.rounds, arguments.seconds, arguments.on)
        return result, pages.table(result)
    if arguments.command == "delivery":
        result = delivery.run(arguments.rows, arguments.workers, arguments.on)
        return result, delivery.table(result)
    measurement = ratios.MEASUREMENTS[arguments.command]
    result = ratios.run(measurement, arguments.rows, arguments.on)
    return result, ratios.table(measurement, result)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures ours and the floor in one run.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("pages", help="list, search, contact page, create, schedule, Today, Follow-ups")
    one.add_argument("--contacts", type=int, default=100_000, help="contacts of the large owner (default 100000)")
    one.add_argument("--rounds", type=int, default=200, help="samples of each side (default 200)")
    one.add_argument("--seconds", type=float, default=240, help="upper bound of the timed part, per database")
    two = commands.add_parser("delivery", help="many reminders due at one instant")
    two.add_argument("--rows", type=int, default=20_000, help="reminders (default 20000)")
    two.add_argument("--workers", type=int, default=4, help="delivering processes (default 4)")
    three = commands.add_parser("import", help="a file read, previewed and taken in")
    three.add_argument("--rows", type=int, default=100_000, help="people in the file (default 100000)")
    four = commands.add_parser("scale", help="500 due mails found and claimed among many")
    four.add_argument("--rows", type=int, default=1_000_000, help="mails in the outbox (default 1000000)")
    for parser_of in (one, two, three, four):
        parser_of.add_argument("--on", nargs="+", choices=DATABASES, default=DATABASES)
        parser_of.add_argument("--json", action="store_true", help="the result as JSON on stdout")
        parser_of.add_argument("--strict", action="store_true", help="exit 1 when something is over its target")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
