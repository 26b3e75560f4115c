"""The consent page as people use it: by mouse, by keyboard, with scripts off, and with a screen reader."""

import pytest
from playwright.sync_api import Browser, expect

from jobs.sandbox import CLIENT_ID
from jobs.sandbox.server import Handle
from tests.support.axe import find_violations

ASKED = (
    "/xero/identity/connect/authorize?response_type=code&scope=offline_access%20accounting.invoices&state=s1"
    f"&client_id={CLIENT_ID}&redirect_uri=http%3A%2F%2Flocalhost%3A"
)


@pytest.mark.browser
@pytest.mark.usefixtures("http")
def test_a_person_picks_organisations_with_scripts_off(browser: Browser, running: Handle) -> None:
    port = running.url.rpartition(":")[2]
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{running.url}{ASKED}{port}%2F")

    page.get_by_role("button", name="Allow access").click()
    expect(page.get_by_role("alert")).to_have_text("Pick at least one organisation.")
    page.get_by_label("Nordlys AB").check()
    page.get_by_label("Maple & Finch").check()
    with page.expect_request(lambda request: "code=" in request.url) as back:
        page.get_by_role("button", name="Allow access").click()

    assert "state=s1" in back.value.url
    page.close()


@pytest.mark.browser
@pytest.mark.usefixtures("http")
def test_nothing_stands_in_a_readers_way(browser: Browser, running: Handle) -> None:
    page = browser.new_page()
    page.goto(f"{running.url}{ASKED}5000%2F")

    assert find_violations(page) == []
    page.close()
