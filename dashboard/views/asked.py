"""What forms and addresses of several pages name, read in one way. Filters have readers of their own."""

from datetime import datetime

from flask import request

from dashboard.domain.scope import NotFound
from dashboard.vocabulary.providers import Provider


def provider(name: str) -> Provider:
    """The provider of that name; raises NotFound when there is none."""
    if name not in list(Provider):
        raise NotFound(name)
    return Provider(name)


def seen() -> datetime | None:
    """When the newest of what the person saw on the page befell; None without a time and its zone, and then nothing
    counts as seen.
    """
    try:
        found = datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None
