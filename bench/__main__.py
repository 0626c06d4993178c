"""bin/bench, once the environment is there."""

import argparse
import json
import signal

from bench import delivery, idle, lateness, pages


def main() -> int:
    # ended by a time limit, it stops what it started as at Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = _arguments()
    if arguments.command == "pages":
        result = pages.run(arguments.contacts, arguments.rounds, arguments.seconds, arguments.on)
        words = pages.table(result)
    elif arguments.command == "idle":
        result = idle.run(arguments.seconds, arguments.on)
        words = idle.table(result)
    elif arguments.command == "lateness":
        result = lateness.run(arguments.seconds, arguments.on)
        words = lateness.table(result)
    else:
        result = delivery.run(arguments.rows, arguments.workers, arguments.claims, arguments.on)
        words = delivery.table(result)
    print(json.dumps(result, indent=1) if arguments.json else words)
    return 1 if arguments.strict and result["over"] else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures ours and the floor in one run.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("pages", help="list, search, contact page, create, schedule, Today")
    one.add_argument("--contacts", type=int, default=100_000, help="contacts of the large owner (default 100000)")
    one.add_argument("--rounds", type=int, default=200, help="samples of each side (default 200)")
    one.add_argument("--seconds", type=float, default=240, help="upper bound of the timed part, per database")
    two = commands.add_parser("delivery", help="many reminders due at one instant")
    two.add_argument("--rows", type=int, default=20_000, help="reminders (default 20000)")
    two.add_argument("--workers", type=int, default=4, help="delivering processes (default 4)")
    two.add_argument("--claims", type=int, default=1_000_000, help="among how many 500 are claimed; 0 leaves it out")
    three = commands.add_parser("idle", help="worker and beat with nothing to do")
    three.add_argument("--seconds", type=float, default=180, help="how long they are watched, per database")
    four = commands.add_parser("lateness", help="a steady flow, a killed worker, a restarted database")
    four.add_argument("--seconds", type=float, default=60, help="how long mails flow (default 60)")
    for parser_of in (one, two, three, four):
        parser_of.add_argument("--on", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"])
        parser_of.add_argument("--json", action="store_true", help="the result as JSON on stdout")
        parser_of.add_argument("--strict", action="store_true", help="exit 1 when something is over its target")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
