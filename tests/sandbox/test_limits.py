"""The four limits with their headers."""

import threading
from datetime import datetime

from tests.sandbox.client import Desk
from tests.sandbox.conftest import open_desk


def test_published_limits_are_the_default(desk: Desk) -> None:
    assert desk.control("limits") == {"concurrent": 5, "per_minute": 60, "per_day": 5000, "app_per_minute": 10_000}


def test_every_answer_says_what_is_left(desk: Desk) -> None:
    desk.control("limits")

    desk.send("GET", "/Organisation")
    headers = desk.send("GET", "/Organisation").headers

    assert headers["X-MinLimit-Remaining"] == "58"
    assert headers["X-DayLimit-Remaining"] == "4998"
    assert headers["X-AppMinLimit-Remaining"] == "9998"


def test_the_sixty_first_call_of_a_minute_is_told_when_to_come_back(desk: Desk) -> None:
    desk.control("limits")
    desk.control("clock", now="2026-11-20T10:00:00Z", frozen=True)
    desk = open_desk(desk.http)
    assert {desk.send("GET", "/Organisation").status_code for _ in range(60)} == {200}
    desk.control("clock", advance=20)

    refused = desk.send("GET", "/Organisation")

    assert (refused.status_code, refused.content) == (429, b"")
    assert refused.headers["X-Rate-Limit-Problem"] == "minute"
    assert refused.headers["Retry-After"] == "40"
    assert refused.headers["X-MinLimit-Remaining"] == "0"
    desk.control("clock", advance=40)
    assert desk.send("GET", "/Organisation").status_code == 200


def test_refused_calls_are_not_counted(desk: Desk) -> None:
    desk.control("limits", per_minute=1)

    codes = [desk.send("GET", "/Organisation").status_code for _ in range(3)]
    desk.control("clock", advance=61)

    assert codes == [200, 429, 429]
    assert desk.send("GET", "/Organisation").status_code == 200


def test_each_organisation_has_a_minute_of_its_own(desk: Desk) -> None:
    norway = open_desk(desk.http, company="Nordlys Norge AS")
    desk.control("limits", per_minute=1)

    assert [one.send("GET", "/Organisation").status_code for one in (desk, norway, desk)] == [200, 200, 429]


def test_the_days_calls_come_back_at_midnight(desk: Desk) -> None:
    desk.control("clock", now="2026-11-20T22:00:00Z", frozen=True)
    desk = open_desk(desk.http)
    desk.control("limits", per_day=1)
    desk.send("GET", "/Organisation")

    refused = desk.send("GET", "/Organisation")

    assert refused.headers["X-Rate-Limit-Problem"] == "day"
    assert refused.headers["Retry-After"] == "7200"
    assert refused.headers["X-DayLimit-Remaining"] == "0"
    desk.control("clock", now=datetime(2026, 11, 21).isoformat())  # noqa: DTZ001 - a moment without a zone is UTC
    assert open_desk(desk.http).send("GET", "/Organisation").status_code == 200


def test_the_app_has_a_minute_over_all_its_organisations(desk: Desk) -> None:
    norway = open_desk(desk.http, company="Nordlys Norge AS")
    desk.control("limits", app_per_minute=1)
    desk.send("GET", "/Organisation")

    assert norway.send("GET", "/Organisation").headers["X-Rate-Limit-Problem"] == "appminute"


def test_a_sixth_call_at_once_is_refused_without_a_time(desk: Desk) -> None:
    desk.control("limits", concurrent=1)
    desk.control("faults", fault="slow:500", times=1)
    slow = threading.Thread(target=desk.send, args=("GET", "/Organisation"))
    slow.start()
    while not any(call["fault"] == "slow" for call in desk.calls()):
        pass

    refused = desk.send("GET", "/Organisation")
    slow.join()

    assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"]) == (429, "concurrent")
    assert "Retry-After" not in refused.headers
    assert desk.send("GET", "/Organisation").status_code == 200


def test_a_limit_can_be_lifted_and_all_be_multiplied(desk: Desk) -> None:
    assert desk.control("limits", per_day=None)["per_day"] is None
    assert desk.control("limits", factor=100)["per_minute"] == 6000


def test_the_text_of_a_refusal_is_a_setting(desk: Desk) -> None:
    desk.control("settings", throttle_body="slow down")
    desk.control("limits", per_minute=0)

    assert desk.send("GET", "/Organisation").text == "slow down"
