"""The character NUL, which PostgreSQL takes in no text: refused at the door, wherever it stands; files keep theirs."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.models import Record
from tests.support.visitor import Visitor
from tests.support.world import World
from tests.views.test_upload import bill

Visit = Callable[[str], Visitor]

SENTENCE = "What was sent holds a character that no text may hold (NUL)."


@pytest.fixture
def database_url(each_database: str) -> str:
    return each_database


def test_no_form_takes_it_in_any_field(app: Flask, world: World, visit: Visit) -> None:
    ada = visit("ada")
    ada.get("/settings")
    forms = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and rule.endpoint != "static"]
    assert len(forms) > 10
    for rule in forms:
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        for field in ("email", "contact_key", "note", "name", "a field that no form has"):
            answer = ada.client.post(address, data={"csrf_token": ada._token, field: "bo\0@nordlys.example"})
            assert (answer.status_code, SENTENCE in answer.text) == (400, True), (rule.rule, field)


@pytest.mark.parametrize("fields", [{"csrf_token": "a\0b"}, {"na\0me": "x"}])
def test_nor_in_the_forms_token_or_a_fields_name(world: World, visit: Visit, fields: dict[str, str]) -> None:
    answer = visit("").client.post("/sign-in", data={"email": "bo@nordlys.example", "password": "x", **fields})
    assert (answer.status_code, SENTENCE in answer.text) == (400, True)


@pytest.mark.parametrize("address", ["/audit-log?q=a%00b", "/records?contact=%00", "/errors/a%00b", "/nowhere%00"])
def test_nor_does_an_address(world: World, visit: Visit, address: str) -> None:
    answer = visit("cleo").client.get(address)
    assert (answer.status_code, SENTENCE in answer.text) == (400, True)


def test_a_files_bytes_are_its_own_matter(world: World, visit: Visit) -> None:
    bo = visit("bo")
    bo.get("/records/upload")
    sent = [(io.BytesIO(b"\0\1\2"), "zeros.csv"), (io.BytesIO(bill().encode()), "go\0od.csv")]
    page = bo.post("/records/upload", {"files": sent}).text
    assert page.count(">Refused</span>") == page.count(">Taken in</span>") == 1
    world.session.rollback()
    assert world.session.scalars(select(Record.number)).all() == ["B-1"]
