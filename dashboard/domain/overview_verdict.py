"""The verdict: what a person has to know of all their documents, in a sentence or two. Nothing is read here."""

from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.domain.amounts import all_in_words
from dashboard.domain.overview import DECISIONS, Overview
from dashboard.domain.overview_lots import added
from dashboard.domain.records import RecordList
from dashboard.models.connection import ConnectionState
from dashboard.vocabulary.days import day, day_and_month


def sentences(overview: Overview, zone: ZoneInfo) -> list[str]:
    """The first one is the verdict, the others what belongs to it; times are in the zone."""
    if not overview.connections:
        return ["Nothing is connected yet, so nothing goes anywhere."]
    absent = sum(lot.n for lot in overview.absent)
    checking = sum(lot.n for lot in overview.checking)
    said = [_absent(overview, absent)] if absent else [_all_there(overview, checking, zone)]
    if absent and checking:
        said.append(f"{checking:,} more {_are(checking)} being looked up there.")
    said += _standstill(overview, zone)
    fixes = len(overview.causes)
    if fixes:
        said.append(f"{fixes:,} {'thing' if fixes == 1 else 'things'} to fix.")
    elif absent and not overview.held and overview.is_running and not overview.broken:
        said.append("Nothing to fix: they go by themselves.")
    if overview.closing:
        said.append(overview.closing.sentence)
    awaiting = overview.decisions.get(RecordList.AWAITING_APPROVAL)
    if not absent and awaiting:
        said.append(f"{documents(awaiting.n)} {'waits' if awaiting.n == 1 else 'wait'} for approval.")
    return said


def clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The time of day in the zone, with its day when that is another: "14:05", "19 Nov 14:05"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{day_and_month(local) if local.year == today.year else day(local)} {local:%H:%M}"


def documents(n: int) -> str:
    return f"{n:,} {'document' if n == 1 else 'documents'}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _absent(overview: Overview, n: int) -> str:
    money = all_in_words(added(lot.sums for lot in overview.absent), overview.base)
    return f"{documents(n)}, {money}, {_are(n)} not in {overview.label}."


def _all_there(overview: Overview, checking: int, zone: ZoneInfo) -> str:
    label = overview.label
    if checking:
        return f"{documents(checking)} {_are(checking)} being looked up in {label}; everything else is there."
    if not overview.steps.has_synced:
        return f"Nothing was sent to {label} yet."
    is_all = not {*DECISIONS} & overview.decisions.keys()
    what = "Everything" if is_all else "Everything that was sent"
    if overview.broken or not overview.is_running or overview.seen is None:
        return f"{what} is in {label} as far as is known."
    return f"{what} is in {label} as of {clock(overview.now, overview.now, zone)}."


def _standstill(overview: Overview, zone: ZoneInfo) -> list[str]:
    """Why nothing goes at the moment."""
    said = []
    for each in overview.broken:
        name = f"{each.provider.label} ({each.company_name})" if len(overview.connections) > 1 else each.provider.label
        state = "is disconnected" if each.state is ConnectionState.DISCONNECTED else "needs reconnecting"
        said.append(f"{name} {state}: nothing goes there until it is connected again.")
    if overview.seen is None:
        said.append("Nothing is being sent: tieout's sender has never run.")
    elif not overview.is_running:
        when = clock(overview.seen, overview.now, zone)
        said.append(f"Nothing is being sent: tieout's sender was last seen at {when}.")
    return said
