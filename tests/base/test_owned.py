"""A row can only point at a row of the same owner: on Postgres the database refuses, on SQLite housekeeping counts."""

from itertools import starmap
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from factory.django import DjangoModelFactory

from accounts.models import User
from base.owned import count_across_owners, owned_references
from tests import factories  # noqa: F401 - defines a factory per model

REFERENCES = owned_references()
COMPOSITE = """
SELECT EXISTS (
  SELECT 1 FROM pg_constraint c
  WHERE c.contype = 'f' AND c.convalidated AND c.conrelid = %(child)s::regclass AND c.confrelid = %(parent)s::regclass
  AND (SELECT array_agg(a.attname::text || '>' || f.attname::text ORDER BY a.attname)
       FROM unnest(c.conkey, c.confkey) AS k(child, parent)
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.child
       JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.parent)
    @> ARRAY[%(column)s || '>id', 'owner_id>owner_id'])
"""


def label(model: type[models.Model], name: str) -> str:
    return f"{model._meta.label}.{name}"


def make(model: type[models.Model], owner: User) -> Any:
    """A row of this owner, by the factory of its model; whatever it belongs to is the owner's too."""
    factory = next(made for made in DjangoModelFactory.__subclasses__() if made._meta.model is model)
    parents = {
        name: make(model._meta.get_field(name).related_model, owner)
        for child, name in REFERENCES
        if child is model and not model._meta.get_field(name).null
    }
    return factory(owner=owner, **parents)


def test_there_are_references():
    assert "followups.Promise.contact" in list(starmap(label, REFERENCES))


@pytest.mark.parametrize(("model", "name"), REFERENCES, ids=list(starmap(label, REFERENCES)))
def test_database_or_housekeeping_sees_a_reference_across_owners(
    model: type[models.Model], name: str, user: User, stranger: User
):
    field = model._meta.get_field(name)
    mine, theirs = make(model, user), make(field.related_model, stranger)
    assert count_across_owners() == {}

    def cross_over() -> None:
        with transaction.atomic():
            model._base_manager.filter(pk=mine.pk).update(**{name: theirs})
            connection.check_constraints()

    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError, match="same_owner"):
            cross_over()
    else:
        cross_over()
        assert count_across_owners() == {label(model, name): 1}


@pytest.mark.parametrize(("model", "name"), REFERENCES, ids=list(starmap(label, REFERENCES)))
def test_migrations_cover_the_reference(model: type[models.Model], name: str, db):
    field = model._meta.get_field(name)
    if connection.vendor != "postgresql":
        assert isinstance(field, models.ForeignKey)  # the test above is the cover here
        return
    tables = {"child": model._meta.db_table, "parent": field.related_model._meta.db_table, "column": field.column}
    with connection.cursor() as cursor:
        cursor.execute(COMPOSITE, tables)
        assert cursor.fetchone() == (True,)
