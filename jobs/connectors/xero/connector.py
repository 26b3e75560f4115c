"""The connector contract for one Xero organisation; each method leads to the file that does it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dashboard.vocabulary.postings import (
    AttachmentPosting,
    Company,
    ContactPosting,
    DocumentPosting,
    Finding,
    LedgerObject,
    Outcome,
    Posting,
)
from dashboard.vocabulary.providers import FACTS, Provider
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from jobs.connectors.wire import Wire
from jobs.connectors.xero.attachments import push_attachment
from jobs.connectors.xero.calls import Calls
from jobs.connectors.xero.changes import changed_documents
from jobs.connectors.xero.contacts import push_contacts
from jobs.connectors.xero.documents import push_documents
from jobs.connectors.xero.finding import find_documents
from jobs.connectors.xero.reference import reference_items

_MOST = FACTS[Provider.XERO].limits.documents_per_call


class XeroConnector:
    """`short_code` makes links to documents possible; `link_id` names our link to the organisation for `disconnect`."""

    def __init__(self, wire: Wire, tenant_id: str, link_id: str = "", short_code: str = "") -> None:
        self._calls = Calls(wire, tenant_id)
        self._tenant_id = tenant_id
        self._link_id = link_id
        self._short_code = short_code

    def push(self, batch: Sequence[Posting]) -> list[Outcome]:
        """Up to 50 documents of one kind, up to 50 contacts, or one attachment. Raises ValueError for anything else."""
        if not 1 <= len(batch) <= _MOST:
            raise ValueError(f"a batch has 1 to {_MOST} postings, not {len(batch)}")
        documents = [posting for posting in batch if isinstance(posting, DocumentPosting)]
        if len(documents) == len(batch) and len({posting.kind for posting in documents}) == 1:
            return push_documents(self._calls, documents, self._short_code)
        contacts = [posting for posting in batch if isinstance(posting, ContactPosting)]
        if len(contacts) == len(batch):
            return push_contacts(self._calls, contacts, self._short_code)
        if len(batch) == 1 and isinstance(batch[0], AttachmentPosting):
            return [push_attachment(self._calls, batch[0])]
        raise ValueError("a batch is documents of one kind, or contacts, or a single attachment")

    def find(self, postings: Sequence[DocumentPosting]) -> list[Finding]:
        return find_documents(self._calls, postings, self._short_code)

    def changes(self, since: datetime) -> Iterator[LedgerObject]:
        return changed_documents(self._calls, since, self._short_code)

    def reference(self, kind: ReferenceKind, since: datetime | None) -> list[ReferenceItem]:
        return reference_items(self._calls, kind, since)

    def companies(self) -> list[Company]:
        return self._calls.companies()

    def disconnect(self) -> None:
        """Gives up the link; one that the organisation has cut already counts as given up."""
        link_id = self._link_id
        if not link_id:
            links = (company.link_id for company in self.companies() if company.external_id == self._tenant_id)
            link_id = next(links, "")
        if link_id:
            self._calls.delete(f"/connections/{link_id}")
