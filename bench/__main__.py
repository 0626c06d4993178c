"""bin/bench, once the environment is there."""

import argparse
import json

from bench import pages


def main() -> int:
    arguments = _arguments()
    result = pages.run(arguments.contacts, arguments.rounds, arguments.seconds, arguments.on)
    print(json.dumps(result, indent=1) if arguments.json else pages.table(result))
    return 1 if arguments.strict and result["over"] else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures ours and the floor in one run.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("pages", help="list, search, contact page, create, schedule, Today")
    one.add_argument("--contacts", type=int, default=100_000, help="contacts of the large owner (default 100000)")
    one.add_argument("--rounds", type=int, default=200, help="samples of each side (default 200)")
    one.add_argument("--seconds", type=float, default=240, help="upper bound of the timed part, per database")
    one.add_argument("--on", nargs="+", choices=["sqlite", "postgres"], default=["sqlite", "postgres"])
    one.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    one.add_argument("--strict", action="store_true", help="exit 1 when something is over its target")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
