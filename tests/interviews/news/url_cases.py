from tests.factories import NOW, ContactFactory, NewsItemFactory

CASES = {
    "news_see": lambda owner: {"pk": NewsItemFactory(contact=ContactFactory(owner=owner)).pk},
    "news_unsee": lambda owner: {"pk": NewsItemFactory(contact=ContactFactory(owner=owner), seen_at=NOW).pk},
}
PUBLIC: set[str] = set()
