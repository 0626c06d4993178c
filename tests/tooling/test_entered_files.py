import threading

from base.text import fold
from tests.entered_files import APPS, entered


def test_files_of_the_apps_that_are_entered_are_counted_and_no_others():
    assert entered(lambda: fold("Zsófia")) == {"base/text.py"}
    assert entered(lambda: "Zsófia".casefold()) == set()


def test_files_entered_by_a_new_thread_are_counted():
    def act() -> None:
        thread = threading.Thread(target=fold, args=["Zsófia"])
        thread.start()
        thread.join()

    assert entered(act) == {"base/text.py"}


def test_wiring_is_not_counted():
    assert "config" not in APPS
    assert "crm" in APPS
