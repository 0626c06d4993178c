import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from tests.factories import ImportFileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_purpose(settings):
    settings.ADMIN_SHOWS_WORDS = True


def test_import_file_shows_whose_it_is_and_none_of_its_bytes(admin_client):
    file = ImportFileFactory(content=b"Ana,Souza")
    page = admin_client.get(reverse("admin:crm_importfile_change", args=[file.pk]))
    assertContains(page, "batch")
    assertNotContains(page, 'name="content"')
    assertNotContains(page, "Souza")


def test_list_of_import_files_does_not_read_their_bytes(admin_client, django_assert_max_num_queries):
    ImportFileFactory.create_batch(30)
    with django_assert_max_num_queries(8) as asked:
        assert admin_client.get(reverse("admin:crm_importfile_changelist")).status_code == 200
    assert not [query["sql"] for query in asked.captured_queries if '"content"' in query["sql"]]
