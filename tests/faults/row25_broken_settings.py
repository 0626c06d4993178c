"""The control: whoever takes a time does not look whether it is free."""

from tests.faults.row25_settings import *  # noqa: F403
from tests.faults.row25_settings import MIDDLEWARE

MIDDLEWARE = ["tests.faults.row25_broken.Blind", *MIDDLEWARE]
