"""Why an export failed, cause by cause, each with its button. The one button of a row is remedies.py's."""

from dataclasses import dataclass

from dashboard.db import db
from dashboard.domain import missing_mappings
from dashboard.domain.guides import Guide, guide
from dashboard.models import Export
from dashboard.views import remedies
from dashboard.views.remedies import RemedyLink


@dataclass(frozen=True)
class Cause:
    """What was said, the guide unless a cause before it has the same one, and its button unless one before it leads
    there or it is mended already."""

    words: str
    is_mended: bool
    guide: Guide | None
    remedy: RemedyLink | None


def of(export: Export, provider_label: str) -> list[Cause]:
    """The causes of a failed export in the order of its faults, what was said twice once."""
    is_mended = missing_mappings.is_mended(db.session(), export)
    still_open = [] if is_mended else missing_mappings.still_open(db.session(), [export])[export.id]
    faults = {(fault["code"], fault["words"]): fault for fault in export.faults}.values()
    explained: set[str] = set()
    leading: set[str] = set()
    found = []
    for n, fault in enumerate(faults):
        link = remedies.of_fault(export, provider_label, fault, f"opened-mend-{export.id}-{n}")
        is_open = fault in still_open
        has_button = is_open and link.url not in leading
        explains = guide(fault["code"]) if fault["code"] not in explained else None
        found.append(Cause(fault["words"], not is_open, explains, link if has_button else None))
        explained.add(fault["code"])
        leading.update([link.url] if has_button else [])
    return found
