"""The README's five minutes, done to the letter by the names that it sets in bold; and its picture."""

import os
import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Meet
from tests.browser.running import ROOT
from tests.support.pictures import made_small

pytestmark = pytest.mark.browser

README = (ROOT / "README.md").read_text(encoding="utf-8")
SMALL_ENOUGH = 150_000
"""Bytes of a picture in the repository."""


def test_the_picture_of_the_exports_page_is_small(meet: Meet, browser: Browser) -> None:
    """`make screens` keeps it for the README; every other run only sees to it that it could."""
    bo = meet("bo")
    bo.go("/exports/xero")
    bo.page.set_viewport_size({"width": 1200, "height": 660})
    bo.hands.point_at(bo.row("UT-723").locator("summary"))
    picture = made_small(bo.page.screenshot(animations="disabled"), browser)
    assert len(picture) < SMALL_ENOUGH
    if kept := os.environ.get("SCREENSHOTS"):
        (ROOT / kept / "exports.png").write_bytes(picture)


def test_five_minutes_lead_to_a_resent_invoice(meet: Meet) -> None:
    minutes = README.partition("## Five minutes")[2].partition("\n## ")[0]
    ledger, failed, reason, choose, account, save, resync, synced, log = re.findall(r"\*\*(.+?)\*\*", minutes)
    ada = meet("ada")
    sidebar = ada.page.locator("#sidebar")
    ada.hands.press(sidebar.get_by_role("link", name=ledger))
    tile = ada.page.locator("ul.tiles").get_by_role("link", name=f"{failed} ")
    expect(tile).to_have_attribute("aria-current", "true")
    ada.hands.press(ada.control(choose, ada.page.get_by_role("row").filter(has_text=reason)).first)
    ada.hands.choose(ada.page.get_by_label("5410"), account)
    ada.press(save)
    expect(ada.page.get_by_role("heading", name="7 failed records lack nothing any more")).to_be_visible()
    ada.press(resync)
    ada.waits_for(ada.told("7 exported, 0 still failing"))
    assert "7 exported, 0 still failing" in minutes
    ada.hands.press(sidebar.get_by_role("link", name=ledger))
    ada.press_tile(synced)
    ada.hands.write(ada.page.get_by_label("Number or contact begins with"), "T-5")
    ada.press("Filter")
    ada.press("T-523")
    expect(ada.page.get_by_text("Export to Xero: Synced")).to_be_visible()
    ada.press(log)
    expect(ada.page.get_by_role("row").filter(has_text="5410: not mapped → 453 Office Supplies")).to_be_visible()
