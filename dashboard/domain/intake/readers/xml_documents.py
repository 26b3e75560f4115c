"""Which reader an XML document is for, by the name and namespace of its root; other kinds are refused by name."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from dashboard.domain.intake.readers import cii, fatturapa, ubl
from dashboard.domain.intake.readers.xml_tree import parse, root_tag
from dashboard.vocabulary.documents import Document, UnreadableFile

Reader = Callable[[Element], list[Document]]

_KNOWN = "tieout reads UBL, CII (XRechnung, Factur-X, ZUGFeRD 2) and FatturaPA"
_ROOT_NAMES = frozenset({"Invoice", "CreditNote", "CrossIndustryInvoice", "FatturaElettronica"})
_OTHERS = {
    "CrossIndustryDocument": ("a ZUGFeRD 1.0 invoice", "Ask the sender for ZUGFeRD 2 or XRechnung."),
    "FatturaElettronicaSemplificata": ("a simplified FatturaPA invoice", "Ask the sender for an ordinary one."),
    "Facturae": ("a Spanish Facturae invoice", ""),
    "StandardBusinessDocument": ("a Peppol envelope (SBD)", "Take in the invoice inside."),
}


def read_xml(content: bytes) -> list[Document]:
    """Raises UnreadableFile for what is broken, hostile, of another kind, or contradicts itself."""
    root = parse(content.lstrip())
    return _reader(root)(root)


def is_invoice(content: bytes) -> bool:
    """Whether it is XML of a kind that is read here, by its root alone: it may be faulty all the same."""
    return _named(root_tag(content.lstrip())) is not None


def _reader(root: Element) -> Reader:
    found = _named(root.tag)
    if found is not None:
        return found
    namespace, _, name = root.tag.rpartition("}")
    namespace = namespace.removeprefix("{")
    what, fix = _OTHERS.get(name, (_unknown(namespace, name), ""))
    raise UnreadableFile(f"/{name[:60]}", f"This is {what}; {_KNOWN}.", fix)


def _unknown(namespace: str, name: str) -> str:
    if name in _ROOT_NAMES:
        return f"{name} in the namespace “{namespace[:100]}”" if namespace else f"{name} without a namespace"
    return (
        f"a UBL {name[:60]}"
        if namespace.startswith(ubl.NAMESPACE)
        else f"XML of another kind (its root is {name[:60]})"
    )


def _named(tag: str) -> Reader | None:
    if tag in ubl.ROOTS:
        return lambda found: [ubl.read_ubl(found)]
    if tag == cii.ROOT:
        return lambda found: [cii.read_cii(found)]
    return fatturapa.read_fatturapa if fatturapa.is_root(tag) else None
