"""The page that stands where another one could not be made."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import text

from dashboard.db import writing
from tests.support.visitor import Visitor
from tests.support.world import World


def test_a_fault_of_ours_does_not_claim_that_nothing_was_changed(
    app: Flask, world: World, visit: Callable[[str], Visitor]
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    bo = visit("bo")
    with writing(world.session):
        world.session.execute(text("ALTER TABLE resync RENAME TO gone"))
    answer = bo.get("/resyncs")
    assert answer.status_code == 500
    assert "It is not known whether it was carried out; look before you repeat it." in answer.text
    assert "nothing was changed" not in answer.text
