import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from outbox import actions
from outbox.claims import Moment, system_clock
from outbox.engine import Hooks, drain
from outbox.kinds import Cancelled
from outbox.models import OutgoingMail
from outbox.smtp import Outcome


class Command(BaseCommand):
    help = "Plans what has become due and delivers it, once, by hand: the worker's own pass. One line for each mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=600, help="stop between two mails after this long")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        actions.plan(Moment(system_clock).now())
        drained = drain(seconds=options["seconds"], hooks=Hooks(stopping=lambda: self.stopping, told=self.tell))
        if drained.is_shut:
            self.stderr.write("The mail server does not answer; it is asked again in a while.")

    def tell(self, mail: OutgoingMail, result: Outcome | Cancelled) -> None:
        said = result.cause if isinstance(result, Cancelled) else result.said
        self.stdout.write(f"{mail.state:<10} {mail.kind} to {mail.recipient}  {said}".rstrip())

    def stop(self, *_: Any) -> None:
        self.stopping = True
