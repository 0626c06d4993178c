"""What the URL walker needs to know of this app's URLs: see tests/test_urls.py."""

from collections.abc import Callable

from accounts.models import User
from tests.followups.url_cases import nothing

CASES: dict[str, Callable[[User], dict[str, object]]] = {"today": nothing}
