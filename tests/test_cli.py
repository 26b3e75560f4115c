"""The command line: every command as an administrator types it, with what it says and how it exits."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from dashboard.db import db, writing
from dashboard.models import Membership, Record, RecordOriginal, Tenant
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.roles import Role
from tests.support.databases import ROOT
from tests.support.visitor import Visitor
from tests.support.world import World

SHARED = ROOT.parent / "shared" / "inputs"
FOLDERS = ("peppol", "en16931_ubl", "en16931_cii", "xrechnung", "facturx", "fatturapa")
HEADINGS = "type,number,issue_date,currency,seller_name,seller_tax_id,buyer_name,buyer_tax_id,description,net,tax_rate"
BILL = "bill,B-1,2026-11-01,SEK,Granit AB,SE555555000101,Nordlys AB,SE556677889901,Stone,100,25"

Command = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Command:
    runner = app.test_cli_runner()

    def command(*arguments: object, typed: str | None = None) -> Result:
        done = runner.invoke(args=[str(each) for each in arguments], input=typed)
        with app.app_context():
            db.session.remove()
        return done

    return command


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    file = tmp_path / "bill.csv"
    file.write_text(f"{HEADINGS}\n{BILL}\n")
    return file


def test_an_organisation_is_added_once(world: World, run: Command) -> None:
    added = run("create-tenant", "granit", "--name", "Granit AB", "--plan", "growth", "--currency", "SEK")
    assert (added.exit_code, added.output) == (0, "Added Granit AB (granit).\n")
    again = run("create-tenant", "granit", "--name", "Granit AB")
    assert again.exit_code == 1
    assert again.output == "Error: There is an organisation granit already.\n"
    tenant = world.session.scalars(select(Tenant).where(Tenant.slug == "granit")).one()
    assert (tenant.plan, tenant.base_currency) == (Plan.GROWTH, "SEK")


@pytest.mark.parametrize("wrong", [["--currency", "EURO"], ["--timezone", "Mars/Olympus"]])
def test_an_organisation_with_a_wrong_fact_is_not_added(run: Command, wrong: list[str]) -> None:
    refused = run("create-tenant", "granit", "--name", "Granit AB", *wrong)
    assert refused.exit_code == 1
    assert wrong[1] in refused.output


def test_a_person_is_added_and_can_sign_in(app: Flask, world: World, run: Command) -> None:
    """The password is asked for twice at a terminal, or read from standard input."""
    typed = "a long password\na long password\n"
    added = run("create-user", "eva@nordlys.example", "--tenant", "nordlys", "--role", "viewer", typed=typed)
    assert added.exit_code == 0
    assert added.output.endswith(
        "Added eva@nordlys.example.\neva@nordlys.example belongs to Nordlys AB now, as viewer.\n"
    )
    piped = run("create-user", "sam@tieout.example", "--staff", "--password-stdin", typed="a long password\n")
    assert (piped.exit_code, piped.output) == (0, "Added sam@tieout.example.\n")
    eva = Visitor(app)
    assert "Nordlys AB" in eva.sign_in("eva@nordlys.example", "a long password").text


def test_a_short_password_adds_nobody(run: Command, world: World) -> None:
    refused = run(
        "create-user", "eva@nordlys.example", "--tenant", "nordlys", "--role", "viewer", "--password-stdin", typed="x\n"
    )
    assert refused.exit_code == 1
    assert "A password has at least" in refused.output


@pytest.mark.parametrize("given", [[], ["--tenant", "nordlys"], ["--role", "viewer"], ["--staff", "--role", "viewer"]])
def test_a_person_belongs_to_an_organisation_or_to_the_staff(run: Command, world: World, given: list[str]) -> None:
    refused = run("create-user", "eva@nordlys.example", *given)
    assert refused.exit_code == 2
    assert "Give either --tenant with --role, or --staff." in refused.output


def test_a_known_person_changes_role_without_a_password_and_is_signed_out(
    world: World, run: Command, visit: Callable[[str], Visitor]
) -> None:
    bo = visit("bo")
    changed = run("create-user", "Bo@nordlys.example", "--tenant", "nordlys", "--role", "viewer")
    assert (changed.exit_code, changed.output) == (
        0,
        "bo@nordlys.example is viewer of Nordlys AB now, was finance; sessions ended.\n",
    )
    assert "Sign in" in bo.get("/records").text
    again = run("create-user", "bo@nordlys.example", "--tenant", "nordlys", "--role", "viewer")
    assert again.output == "bo@nordlys.example is viewer of Nordlys AB already; nothing was changed.\n"


def test_a_known_person_joins_a_further_organisation_without_a_password(world: World, run: Command) -> None:
    joined = run("create-user", "bo@nordlys.example", "--tenant", "maple", "--role", "admin")
    assert (joined.exit_code, joined.output) == (0, "bo@nordlys.example belongs to Maple & Finch now, as admin.\n")
    roles = world.session.scalars(select(Membership.role).where(Membership.user_id == world.users["bo"].id))
    assert set(roles) == {Role.FINANCE, Role.ADMIN}


def test_an_unknown_organisation_is_named(run: Command, world: World) -> None:
    for command in (
        ["create-user", "bo@nordlys.example", "--tenant", "nobody", "--role", "viewer"],
        ["set-plan", "nobody", "growth"],
        ["import", "x.csv", "--tenant", "nobody"],
    ):
        refused = run(*command)
        assert (refused.exit_code, refused.output) == (1, "Error: There is no organisation nobody.\n")


def test_a_plan_is_set(world: World, run: Command) -> None:
    done = run("set-plan", "maple", "growth")
    assert (done.exit_code, done.output) == (0, "maple is on growth.\n")
    world.session.refresh(world.maple)
    assert world.maple.plan is Plan.GROWTH


def test_an_import_says_what_became_of_every_document_and_counts(world: World, run: Command, bill: Path) -> None:
    other = bill.with_name("other.csv")
    other.write_text(f"{HEADINGS}\n{BILL.replace(',100,', ',120,')}\n{BILL.replace('B-1', 'B-2')}\n")
    spelled = bill.with_name("spelled.csv")
    spelled.write_text(f"{HEADINGS}\n{BILL.replace('B-1', 'b 01')}\n")
    done = run("import", bill, bill, spelled, other, bill.with_name("missing.csv"), "--tenant", "nordlys")
    assert done.exit_code == 1
    *lines, totals = done.output.splitlines()
    assert [line.split("\t")[1] for line in lines] == [
        "taken in",
        "already here",
        "attached",
        "possible duplicate",
        "taken in",
        "refused",
    ]
    assert lines[-1].endswith("missing.csv: The file cannot be opened.")
    assert totals == "2 taken in, 1 attached, 1 possible duplicate, 1 already here, 1 refused"


@pytest.mark.parametrize("content", [None, b"no invoice"])
def test_an_import_says_one_line_per_document_whatever_the_file_is_called(
    world: World, run: Command, bill: Path, content: bytes | None
) -> None:
    crooked = bill.with_name("a\nb\tc\u202e.csv")
    crooked.write_bytes(bill.read_bytes() if content is None else content)
    line, totals = run("import", crooked, "--tenant", "nordlys").output.splitlines()
    assert line.split("\t")[0].endswith("/a\ufffdb\ufffdc\ufffd.csv")
    assert line.split("\t")[1] == ("taken in" if content is None else "refused")
    assert totals.startswith("1 taken in" if content is None else "0 taken in")


def test_an_import_without_a_refusal_exits_with_nought(world: World, run: Command, bill: Path) -> None:
    assert run("import", bill, "--tenant", "nordlys", "--source", "csv").exit_code == 0


def test_a_file_of_another_kind_than_stated_is_refused(world: World, run: Command, bill: Path) -> None:
    refused = run("import", bill, "--tenant", "nordlys", "--source", "ubl")
    assert refused.exit_code == 1
    assert "It is a CSV file, not UBL." in refused.output


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        b"PK\x03\x04 something",
        b"%PDF-1.7 something",
        b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02 something",
        b"",
        b"<Invoice><cbc:ID>",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_one_line(
    world: World, run: Command, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file.xml"
    file.write_bytes(content)
    refused = run("import", file, "--tenant", "nordlys")
    assert refused.exit_code == 1
    assert refused.exception is None or isinstance(refused.exception, SystemExit)
    assert refused.output.splitlines()[-1].endswith("1 refused")
    assert world.session.scalar(select(func.count()).select_from(Record)) == 0


def test_a_file_of_200_megabytes_is_refused_without_being_read(world: World, run: Command, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as opened:
        opened.truncate(200 * 1024 * 1024)
    refused = run("import", file, "--tenant", "nordlys")
    assert refused.exit_code == 1
    assert "20 MB" in refused.output


def test_the_settings_in_force_are_told_without_their_secrets(run: Command) -> None:
    done = run("check-config")
    assert done.exit_code == 0
    assert "public url\thttp://localhost:5000\n" in done.output
    assert "xero\tclient set, http://localhost:5050/xero" in done.output
    assert "canary" not in done.output
    assert "a secret of the tests" not in done.output


def test_a_bad_setting_stops_with_one_line_that_names_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "check-config"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TIEOUT_SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("tieout cannot start: TIEOUT_SECRET_KEY")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.requirement("B-24")
@pytest.mark.skipif(not SHARED.is_dir(), reason="The collected files are not on this machine.")
def test_every_collected_file_is_taken_in_once(world: World, run: Command) -> None:
    files = sorted(file for folder in FOLDERS for file in (SHARED / folder).rglob("*") if file.is_file())
    totals = []
    for _ in range(2):
        *lines, last = run("import", *files, "--tenant", "nordlys", "--as", "bill", "--approve").output.splitlines()
        told = {fate: int(n) for n, fate in (part.split(" ", 1) for part in last.split(", "))}
        assert sum(told.values()) == len(lines) >= len(files)
        assert Counter(line.split("\t")[1] for line in lines) == Counter({f: n for f, n in told.items() if n})
        assert [line for line in lines if "\trefused\t" in line and "/" not in line.split("\t")[2]] == []
        totals.append(told)
    first, second = totals
    assert first["taken in"] > len(files) / 2
    assert (second["taken in"], second["refused"]) == (0, first["refused"])
    assert world.session.scalar(select(func.count()).select_from(Record)) == (
        first["taken in"] + first["possible duplicate"]
    )
    originals = select(func.count(RecordOriginal.id)).join(Record, Record.id == RecordOriginal.record_id)
    assert world.session.scalar(originals.where(Record.number == "471102")) == 3


def test_what_is_approved_but_held_for_its_date_is_said(run: Command, world: World, bill: Path) -> None:
    connection = world.connect_xero()
    with writing(world.session):
        connection.start_date = date(2026, 11, 2)
    done = run("import", bill, "--tenant", "nordlys", "--as", "bill", "--approve")
    assert done.exit_code == 0
    assert "1 on hold: dated before the day from which on documents are sent (see Sync config)." in done.stderr
    assert "on hold" not in done.stdout
