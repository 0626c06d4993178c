"""One plain factory per model, no surprises."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from base.dates import instant
from base.text import fold
from crm.models import (
    Contact,
    ContactTag,
    Import,
    ImportAction,
    ImportFile,
    ImportRow,
    Note,
    Organisation,
    OtherEmail,
    StageChange,
    Tag,
    Touch,
)
from followups.models import Promise
from interviews.models import (
    Ask,
    CalendarFeed,
    ChosenQuestion,
    Counter,
    Debrief,
    Homework,
    Interview,
    NewsItem,
    Offer,
    OfferSlot,
    Preparation,
    Question,
    Room,
    RoomWrite,
    Tick,
)
from outbox.models import DeliveryAttempt, OutgoingMail, WorkerBeat, message_id

NOW = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 19)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@keepword.example")
    name = "Amara Lindgren"
    time_zone = "Europe/Stockholm"


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Organisation {n}")
    name_key = factory.LazyAttribute(lambda o: fold(o.name))


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"tag{n}")
    name_key = factory.LazyAttribute(lambda o: fold(o.name))


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Priya Raghunathan {n}")
    name_key = factory.LazyAttribute(lambda o: fold(o.name))
    search_text = factory.LazyAttribute(lambda o: fold(o.name))
    created_at = NOW


class ContactTagFactory(DjangoModelFactory):
    class Meta:
        model = ContactTag

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    tag = factory.SubFactory(TagFactory, owner=factory.SelfAttribute("..owner"))


class StageChangeFactory(DjangoModelFactory):
    class Meta:
        model = StageChange

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    before = "to_meet"
    after = "asked"
    at = NOW


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = Note

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    body = "Runs the flood desk."
    created_at = NOW


class TouchFactory(DjangoModelFactory):
    class Meta:
        model = Touch

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    happened_on = TODAY
    created_at = NOW


class OtherEmailFactory(DjangoModelFactory):
    class Meta:
        model = OtherEmail

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    address = "vera.couver@example.net"


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = Import

    owner = factory.SubFactory(UserFactory)
    filename = "Connections.csv"
    created_at = NOW


class ImportFileFactory(DjangoModelFactory):
    class Meta:
        model = ImportFile

    owner = factory.SelfAttribute("batch.owner")
    batch = factory.SubFactory(ImportFactory)
    content = b"First Name,Last Name,Connected On\nOmar,Al-Masri,08 Feb 2026\n"


class ImportRowFactory(DjangoModelFactory):
    class Meta:
        model = ImportRow

    owner = factory.SelfAttribute("batch.owner")
    batch = factory.SubFactory(ImportFactory)
    line = factory.Sequence(lambda n: n + 1)
    action = ImportAction.NEW


class InterviewFactory(DjangoModelFactory):
    class Meta:
        model = Interview

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    local_date = TODAY + timedelta(days=5)
    local_time = time(15, 0)
    time_zone = "Europe/Stockholm"
    starts_at = factory.LazyAttribute(lambda o: instant(o.local_date, o.local_time, ZoneInfo(o.time_zone)))
    created_at = NOW


class PreparationFactory(DjangoModelFactory):
    class Meta:
        model = Preparation

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    created_at = NOW


class HomeworkFactory(DjangoModelFactory):
    class Meta:
        model = Homework

    owner = factory.SelfAttribute("preparation.owner")
    preparation = factory.SubFactory(PreparationFactory)
    item = "person"


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    owner = factory.SubFactory(UserFactory)
    text = factory.Sequence(lambda n: f"What would you begin with today, number {n}?")
    tag = "advice"
    created_at = NOW


class ChosenQuestionFactory(DjangoModelFactory):
    class Meta:
        model = ChosenQuestion

    owner = factory.SelfAttribute("preparation.owner")
    preparation = factory.SubFactory(PreparationFactory)
    contact = factory.SelfAttribute("preparation.contact")
    question = factory.SubFactory(QuestionFactory, owner=factory.SelfAttribute("..owner"))
    position = factory.Sequence(lambda n: n)


class AskFactory(DjangoModelFactory):
    class Meta:
        model = Ask

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    subject = "Twenty minutes about gauge stations"
    body = "Would you have twenty minutes?"
    asked_at = NOW
    follow_up_on = TODAY + timedelta(days=5)


class OfferFactory(DjangoModelFactory):
    class Meta:
        model = Offer

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    secret_hash = factory.Sequence(lambda n: f"{n:064x}")
    media = ["phone", "video"]
    expires_at = NOW + timedelta(days=14)
    created_at = NOW


class OfferSlotFactory(DjangoModelFactory):
    class Meta:
        model = OfferSlot

    owner = factory.SelfAttribute("offer.owner")
    offer = factory.SubFactory(OfferFactory)
    local_date = TODAY + timedelta(days=5)
    local_time = time(15, 0)
    time_zone = "Europe/Stockholm"
    starts_at = factory.LazyAttribute(lambda o: instant(o.local_date, o.local_time, ZoneInfo(o.time_zone)))


class CounterFactory(DjangoModelFactory):
    class Meta:
        model = Counter

    owner = factory.SelfAttribute("offer.owner")
    offer = factory.SubFactory(OfferFactory)
    local_date = TODAY + timedelta(days=6)
    local_time = time(10, 0)
    time_zone = "Asia/Tokyo"
    starts_at = factory.LazyAttribute(lambda o: instant(o.local_date, o.local_time, ZoneInfo(o.time_zone)))
    medium = "phone"
    created_at = NOW


class CalendarFeedFactory(DjangoModelFactory):
    class Meta:
        model = CalendarFeed

    owner = factory.SubFactory(UserFactory)
    secret_hash = factory.Sequence(lambda n: f"{n:064x}")
    made_at = NOW


class RoomFactory(DjangoModelFactory):
    class Meta:
        model = Room

    owner = factory.SelfAttribute("interview.owner")
    interview = factory.SubFactory(InterviewFactory)
    started_at = NOW


class RoomWriteFactory(DjangoModelFactory):
    class Meta:
        model = RoomWrite

    owner = factory.SelfAttribute("room.owner")
    room = factory.SubFactory(RoomFactory)
    written_at = NOW


class DebriefFactory(DjangoModelFactory):
    class Meta:
        model = Debrief

    owner = factory.SelfAttribute("interview.owner")
    interview = factory.SubFactory(InterviewFactory)
    opened_at = NOW


class TickFactory(DjangoModelFactory):
    class Meta:
        model = Tick

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Rivers in Print {n}")
    name_key = factory.LazyAttribute(lambda o: fold(o.name))
    done_at = NOW


class PromiseFactory(DjangoModelFactory):
    class Meta:
        model = Promise

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    what = "Send the article on gauge stations"
    kind = "article"
    due_on = TODAY
    promised_on = TODAY - timedelta(days=3)
    created_at = NOW


class WorkerBeatFactory(DjangoModelFactory):
    class Meta:
        model = WorkerBeat

    host = "laptop"
    pid = factory.Sequence(lambda n: 1000 + n)
    started_at = "1"
    seen_at = NOW


class OutgoingMailFactory(DjangoModelFactory):
    class Meta:
        model = OutgoingMail

    owner = factory.SubFactory(UserFactory)
    kind = "test"
    occurrence_key = factory.Sequence(lambda n: f"test:{n}")
    message_id = factory.LazyAttribute(lambda o: message_id(o.owner.pk if o.owner else None, o.occurrence_key))
    recipient = "amara@keepword.example"
    created_at = NOW
    not_before = NOW
    next_attempt_at = NOW


class DeliveryAttemptFactory(DjangoModelFactory):
    class Meta:
        model = DeliveryAttempt

    mail = factory.SubFactory(OutgoingMailFactory)
    at = NOW
    phase = "text"


class NewsItemFactory(DjangoModelFactory):
    class Meta:
        model = NewsItem

    owner = factory.SelfAttribute("contact.owner")
    contact = factory.SubFactory(ContactFactory)
    kind = "yes"
    happened_at = NOW
