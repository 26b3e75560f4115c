"""Upload: many files in one form, a result for each document, refusals that say where and why, and nothing twice."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from dashboard.domain.intake import readers
from dashboard.domain.intake.csv_columns import COLUMNS
from dashboard.models import Export, Record
from dashboard.vocabulary.records import Approval, RecordKind
from dashboard.vocabulary.roles import Permission
from tests.samples import sample
from tests.samples.containers import pdf_with, signed
from tests.support.visitor import Visitor
from tests.support.world import World

Visit = Callable[[str], Visitor]

HEADINGS = (
    "type,number,issue_date,currency,seller_name,seller_tax_id,buyer_name,buyer_tax_id,description,quantity,"
    "unit_price,tax_category,tax_rate"
)
BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">&b;</Invoice>"""
ELSEWHERE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">&secret;</Invoice>"""


def bill(number: str = "B-1", price: str = "100.00", on: str = "2026-11-01", buyer: str = "Nordlys AB") -> str:
    tax_id = "SE556677889901" if buyer == "Nordlys AB" else ""
    row = f"380,{number},{on},SEK,Granit AB,SE555555000101,{buyer},{tax_id},Stone,1,{price},S,25"
    return f"{HEADINGS}\n{row}"


def files(*named: tuple[str, str | bytes]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(each if isinstance(each, bytes) else each.encode()), name) for name, each in named]


def upload(visitor: Visitor, *named: tuple[str, str | bytes], **fields: str) -> str:
    """Send the form with these files, as a browser without scripts does; the page that comes back."""
    visitor.get("/records/upload")
    return visitor.post("/records/upload", {"files": files(*named), **fields}).text


def records(world: World) -> list[Record]:
    world.session.rollback()
    return list(world.session.scalars(select(Record).order_by(Record.id)))


def test_every_document_has_its_fate_its_reference_and_its_link(world: World, visit: Visit) -> None:
    bo = visit("bo")
    upload(bo, ("first.csv", bill("B-1")))
    page = upload(
        bo,
        ("first again.csv", bill("B-1")),
        ("same bill.csv", bill("b 01")),
        ("other amount.csv", bill("B-1", "120.00")),
        ("new.csv", bill("B-2")),
        ("broken.csv", bill("B-3", on="soon")),
    )
    assert "<dt>Files</dt><dd>5</dd>" in page
    for fate in ("Already here", "Attached", "Possible duplicate", "Taken in", "Refused"):
        assert page.count(f">{fate}</span>") == 1, fate
        assert f"<dt>Documents {fate.lower()}</dt><dd>1</dd>" in page
    assert '<a href="/records?list=awaiting-approval">See what waits for approval</a>' in page
    first, twin, new = records(world)
    assert f'<a href="/records/{new.id}">B-2</a>' in page
    assert page.count(f'href="/records/{first.id}"') == 2
    assert "Decide which it is" in page
    assert twin.is_possible_duplicate


def test_every_kind_of_invoice_file_is_accepted_and_named(world: World, visit: Visit) -> None:
    bo = visit("bo")
    form = bo.get("/records/upload").text
    for kind in (".xml", ".pdf", ".p7m", ".csv"):
        assert kind in form
    page = upload(
        bo,
        ("F-2026-0042.pdf", pdf_with(("factur-x.xml", sample("cii/invoice.xml")))),
        ("F-2026-0042.xml", sample("cii/invoice.xml")),
        ("IT00743110157_7.xml.p7m", signed(sample("fatturapa/two_bodies.xml"))),
        ("scan.pdf", pdf_with()),
    )
    assert [record.number for record in records(world)] == ["F-2026-0042", "12/P", "13/P"]
    for words in ("Taken in", "Attached", "no invoice in XML inside", "Ask the sender for Factur-X"):
        assert words in page


def test_a_refusal_says_where_why_and_what_to_do_and_the_other_files_go_on(world: World, visit: Visit) -> None:
    page = upload(
        visit("bo"),
        ("broken.csv", bill("B-3", on="soon")),
        ("zip.xml", b"PK\x03\x04 something"),
        ("good.csv", bill("B-1")),
    )
    assert "broken.csv" in page
    assert "Line 2" in page
    assert "soon" in page
    assert "ZIP archive" in page
    assert "Unpack it" in page
    assert [record.number for record in records(world)] == ["B-1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.xml", BOMB),
        ("elsewhere.xml", ELSEWHERE),
        ("cut.xml", "<Invoice><cbc:ID>"),
        ("empty.csv", b""),
        ("picture.xml", b"\x89PNG\r\n\x1a\n"),
        ("sheet.csv", b"PK\x03\x04[Content_Types].xml"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_and_nothing_is_saved(
    world: World, visit: Visit, name: str, content: str | bytes
) -> None:
    page = upload(visit("bo"), (name, content))
    assert ">Refused</span>" in page
    assert name in page
    assert "root:" not in page
    assert records(world) == []


def test_what_is_more_than_one_request_may_carry_is_refused_with_the_limits(world: World, visit: Visit) -> None:
    """The body is not read, so not even the file's name is known: the answer comes before the upload is stored."""
    bo = visit("bo")
    bo.get("/records/upload")
    stated = {"CONTENT_LENGTH": str(600 * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    answer = bo.client.post("/records/upload", environ_overrides=stated)
    assert answer.status_code == 413
    assert "What you sent is 600 MB; at most 512 MB are taken in at once, and 20 MB per file." in answer.text
    fragment = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = bo.client.post("/records/upload", environ_overrides=stated, headers=fragment)
    assert part.status_code == 413
    assert part.text.lstrip().startswith("<li>")
    assert records(world) == []


def test_with_scripts_each_file_is_answered_by_its_own_result(world: World, visit: Visit) -> None:
    bo = visit("bo")
    bo.get("/records/upload")
    fields = {"files": files(("one.csv", bill())), "csrf_token": bo._token}
    answer = bo.client.post(
        "/records/upload", data=fields, headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert answer.text.count("<li>") == 1
    assert "<html" not in answer.text
    assert ">Taken in</span>" in answer.text


@pytest.mark.parametrize(("direction", "kind"), [("sale", RecordKind.INVOICE), ("bill", RecordKind.BILL)])
def test_where_neither_side_is_the_organisation_the_form_says_which(
    world: World, visit: Visit, direction: str, kind: RecordKind
) -> None:
    bo = visit("bo")
    page = upload(bo, ("x.csv", bill(buyer="Somebody AB")))
    assert "not clear whether it is a sale or a bill" in page
    upload(bo, ("x.csv", bill(buyer="Somebody AB")), direction=direction)
    assert [record.kind for record in records(world)] == [kind]


def test_who_the_organisation_is_outweighs_what_the_form_says(world: World, visit: Visit) -> None:
    upload(visit("bo"), ("x.csv", bill()), direction="sale")
    assert [record.kind for record in records(world)] == [RecordKind.BILL]


@pytest.mark.requirement("S2-01")
def test_approving_straight_away_starts_the_exports(world: World, visit: Visit) -> None:
    world.connect_xero()
    upload(visit("bo"), ("x.csv", bill()), approve="yes")
    (record,) = records(world)
    assert record.approval is Approval.APPROVED
    assert world.session.scalar(select(func.count()).select_from(Export)) == 1


def test_the_same_form_sent_twice_takes_in_once(world: World, visit: Visit) -> None:
    bo = visit("bo")
    pages = [upload(bo, ("a.csv", bill("B-1")), ("b.csv", bill("B-2"))) for _ in range(2)]
    assert pages[0].count(">Taken in</span>") == 2
    assert pages[1].count(">Already here</span>") == 2
    assert len(records(world)) == 2


@pytest.mark.parametrize(("fields", "message"), [({}, "Choose at least one file."), ({"direction": "x"}, "one of the")])
def test_a_form_without_files_or_with_nonsense_comes_back_with_a_message(
    world: World, visit: Visit, fields: dict[str, str], message: str
) -> None:
    bo = visit("bo")
    bo.get("/records/upload")
    sent = {**fields, "approve": "yes", **({"files": files(("a.csv", bill()))} if fields else {})}
    answer = bo.post("/records/upload", sent)
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="yes" checked' in answer.text
    assert records(world) == []


def test_a_viewer_sees_why_not_and_may_not_post(world: World, visit: Visit) -> None:
    cleo = visit("cleo")
    page = cleo.get("/records/upload").text
    assert Permission.TAKE_IN.refusal in page
    assert 'type="file"' not in page
    assert cleo.post("/records/upload", {"files": files(("a.csv", bill()))}).status_code == 403
    assert records(world) == []


def test_what_one_organisation_takes_in_the_other_does_not_see(world: World, visit: Visit) -> None:
    upload(visit("bo"), ("a.csv", bill()))
    dov = visit("dov")
    assert "B-1" not in dov.get("/records").text
    assert ">Taken in</span>" in upload(dov, ("a.csv", bill()), direction="bill")


@pytest.mark.parametrize("name", ["../../etc/passwd", "fakepath/räkning.csv", "<script>alert(1)</script>.csv"])
def test_a_files_name_is_a_name_and_never_a_path_or_markup(world: World, visit: Visit, name: str) -> None:
    page = upload(visit("bo"), (name, bill()))
    assert "<script>alert" not in page
    assert ".." not in page
    assert "fakepath" not in page


def test_the_template_reads_without_a_fault_and_every_column_is_explained(world: World, visit: Visit) -> None:
    cleo = visit("cleo")
    page = cleo.get("/records/upload").text
    for column in COLUMNS:
        assert f'id="column-{column.name}"' in page
    answer = cleo.get("/records/template.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [document.number for document in readers.read(answer.data, "template.csv")] == ["INV-1001"]


def test_a_place_is_named_one_way_and_a_refused_file_is_said_to_be_refused_whole(world: World, visit: Visit) -> None:
    rows = f"{bill('B-1')}\n{bill('B-2', on='soon').splitlines()[1]}"
    page = upload(visit("bo"), ("x.csv", rows), ("other.csv", bill("B-3", buyer="Somebody else")))
    assert "<b>Line 3, column issue_date:</b>" in page
    assert "<b>Line 2:</b>" in page
    assert " of other.csv" not in page
    assert page.count("None of this file was taken in.") == 2
    assert records(world) == []
