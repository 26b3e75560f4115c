"""The rows of the audit log, written out here instead of in a template: fifty of them are most of the page's work."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from dashboard.domain.audit_log import Listed
from dashboard.vocabulary.audit import WITHOUT_A_MOVE, Act, EntryKind
from dashboard.vocabulary.records import RecordKind
from dashboard.vocabulary.statuses import Status

_TYPES = {each.value: each.label for each in RecordKind}
_ACTS = {each.value: each.label for each in Act}
_PILLS = {"": "", **{each.value: f'<span class="pill {each.value}">{each.label}</span>' for each in Status}}
_NOTES = {act: f'<small class="note"><span class="sep"> · </span>{label}</small>' for act, label in _ACTS.items()}
_APART = "\0"


def rows(
    found: Sequence[Listed], destinations: Mapping[int, str], zone: ZoneInfo, today: date, log: str, records: str
) -> Markup:
    """The rows as HTML, times in the zone; `log` and `records` are addresses that end in a slash."""
    # By position: to ask fifty rows for columns by name takes longer than to write them.
    escaped = _escaped([text for row in found for text in (row[7], row[9], row[10])])
    names = dict(zip(destinations, _escaped(list(destinations.values())), strict=True))
    written = []
    for at_text, (id_, at, kind, act, type_, record_id, connection_id, _, status, _, _) in enumerate(found):
        reference, actor, words = escaped[3 * at_text : 3 * at_text + 3]
        utc = at.isoformat(" ", "seconds")[:19]
        said = words or _ACTS[act]
        name = f'<a href="{records}{record_id}">{reference or f"Record {record_id}"}</a>' if record_id else reference
        what = _TYPES[type_] + (_NOTES[act] if kind == EntryKind.ACT else "") if type_ else _ACTS[act]
        where = names[connection_id] if connection_id else ""
        pill = _PILLS["" if act in WITHOUT_A_MOVE else status or ""]
        written.append(
            f'<tr id="entry-{id_}"><td class="key"><time datetime="{utc}Z" title="{utc} UTC">'
            f"{_local(utc[:16], zone, today.year)}</time></td>\n"
            f'<td>{name}</td>\n<td>{what}</td>\n<td class="lo text">{where}</td>\n<td class="end">{pill}</td>\n'
            f'<td>{actor}</td>\n<td class="why"><details id="why-{id_}"><summary data-tip="{said}"><span>{said}</span>'
            f'</summary><div class="opened" id="opened-{id_}" hx-morph-skip hx-swap="outerHTML" hx-get="{log}{id_}"'
            f""" hx-trigger="toggle once from:'closest details'" hx-status:5xx="swap:none">"""
            f'<a href="{log}{id_}">All about this entry</a></div></details></td></tr>\n'
        )
    return Markup("".join(written))  # noqa: S704 - what others wrote was escaped above


def _escaped(texts: list[str]) -> list[str]:
    """Every text escaped, all in one go: one by one it takes as long as everything else here."""
    escaped = str(escape(_APART.join(texts))).split(_APART)
    # A text that holds the sign itself, which SQLite alone would store, must not shift the others.
    return escaped if len(escaped) == len(texts) else [str(escape(text)) for text in texts]


@lru_cache(20_000)
def _local(utc: str, zone: ZoneInfo, year: int) -> str:
    """A minute of UTC in the zone; the year is said of other years alone."""
    at = datetime.fromisoformat(f"{utc}+00:00").astimezone(zone)
    return at.strftime("%d %b %H:%M" if at.year == year else "%d %b %Y %H:%M")
