"""Every route as everybody: whoever may gets an answer, whoever may not is told why, a stranger finds nothing."""

import re
from collections.abc import Iterator

import pytest
from flask import url_for
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from dashboard.vocabulary.roles import Permission
from tests.architecture.places import MEMBERS, NOBODY, STRANGER, Place
from tests.architecture.samples import SAMPLES
from tests.support.world import NORDLYS

ANSWERS = {200, 302, 303, 409, 422}
"""What somebody who may gets, also for a form with nothing in it."""

TELLING = re.compile(r"T-\d{5}|Fjord Kaffe|(?:alma|ada|bo|cleo)@nordlys\.example|canary-")
"""What a stranger's page must not hold."""

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}

CLOSED_SETS = {"provider", "code", "key"}
"""Parts of addresses that are words: each is looked up, and anything else is not found."""


def rules(place: Place) -> Iterator[Rule]:
    yield from (rule for rule in place.app.url_map.iter_rules() if rule.endpoint != "static")


def guard(place: Place, rule: Rule) -> str | Permission:
    declared: str | Permission = getattr(place.app.view_functions[rule.endpoint], "guard", "none declared")
    return declared


def address(place: Place, rule: Rule) -> str:
    with place.app.test_request_context():
        return url_for(rule.endpoint, **dict(SAMPLES[rule.endpoint].values(place)))


def form(place: Place, rule: Rule, who: str) -> dict[str, object] | None:
    """The fields of a POST with that person's token; None for a GET."""
    if "POST" not in (rule.methods or ()):
        return None
    return {**SAMPLES[rule.endpoint].form(place), "csrf_token": place.token(who)}


def led_on(place: Place, who: str, answer: TestResponse) -> TestResponse:
    """Where a redirect leads to: whoever is sent on whether or not something exists has learnt nothing by that."""
    return place.called(who, answer.location)[0] if answer.status_code in (302, 303) else answer


def test_every_route_has_a_sample_and_every_sample_a_route(place: Place) -> None:
    assert {rule.endpoint for rule in rules(place)} == set(SAMPLES)


def test_every_route_declares_one_guard(place: Place) -> None:
    for rule in rules(place):
        assert guard(place, rule) in ("public", "signed-in", "staff", *Permission), rule.endpoint


def test_addresses_are_nouns_in_kebab_case_and_every_number_is_typed(place: Place) -> None:
    for rule in rules(place):
        without = re.sub(r"<[^>]+>", "x", rule.rule)
        assert re.fullmatch(r"/|(/[a-z0-9]+(-[a-z0-9]+)*(\.csv)?)+", without), rule.rule
        for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule.rule):
            assert (converter == "int" and name.endswith("_id")) or name in CLOSED_SETS, rule.rule


def test_a_route_reads_or_writes_and_never_both(place: Place) -> None:
    for rule in rules(place):
        assert (rule.methods or set()) - {"HEAD", "OPTIONS"} in ({"GET"}, {"POST"}), rule.rule


@pytest.mark.parametrize("who", MEMBERS)
def test_each_role_gets_an_answer_where_it_may_and_a_reason_where_it_may_not(place: Place, who: str) -> None:
    wrong = []
    for rule in rules(place):
        needed = guard(place, rule)
        answer, is_as_before = place.called(who, address(place, rule), form(place, rule, who))
        if needed == "staff":
            is_right = answer.status_code == 404 and is_as_before
        elif not isinstance(needed, Permission) or NORDLYS[who].may(needed):
            is_right = answer.status_code in ANSWERS and (is_as_before or rule.methods == {"POST", "OPTIONS"})
        else:
            is_right = answer.status_code == 403 and needed.refusal in answer.text and is_as_before
        if not is_right:
            wrong.append((rule.endpoint, answer.status_code, is_as_before))
    assert wrong == [], "\n".join(map(str, wrong))


def test_nobody_is_sent_to_sign_in_and_a_part_sends_the_whole_page_there(place: Place) -> None:
    wrong = []
    for rule in rules(place):
        if guard(place, rule) == "public":
            continue
        answer, is_as_before = place.called(NOBODY, address(place, rule), form(place, rule, NOBODY))
        if (answer.status_code, is_as_before) != (303, True) or not answer.location.startswith("/sign-in"):
            wrong.append((rule.endpoint, answer.status_code))
        part, is_as_before = place.called(NOBODY, address(place, rule), form(place, rule, NOBODY), HTMX)
        if (part.status_code, part.headers.get("HX-Redirect"), is_as_before) != (401, "/sign-in", True):
            wrong.append((rule.endpoint, part.status_code))
    assert wrong == [], "\n".join(map(str, wrong))


def test_a_stranger_finds_nothing_of_ours_and_changes_nothing(place: Place) -> None:
    wrong = []
    for rule in rules(place):
        answer, is_as_before = place.called(STRANGER, address(place, rule), form(place, rule, STRANGER))
        expected = {404} if SAMPLES[rule.endpoint].names_ours else ANSWERS
        if expected == {404}:
            answer = led_on(place, STRANGER, answer)
        if answer.status_code not in expected or not is_as_before or TELLING.search(answer.text):
            wrong.append((rule.endpoint, answer.status_code, is_as_before, TELLING.findall(answer.text)))
    assert wrong == [], "\n".join(map(str, wrong))


def test_a_form_without_its_token_is_refused_and_changes_nothing(place: Place) -> None:
    for rule in rules(place):
        fields = form(place, rule, "alma")
        if fields is None:
            continue
        del fields["csrf_token"]
        answer, is_as_before = place.called("alma", address(place, rule), fields)
        assert (answer.status_code, is_as_before) == (400, True), rule.endpoint
        fields["csrf_token"] = place.token("cleo")
        answer, is_as_before = place.called("alma", address(place, rule), fields)
        assert (answer.status_code, is_as_before) == (400, True), rule.endpoint


def test_a_form_with_nothing_in_it_is_answered_and_not_broken(place: Place) -> None:
    for rule in rules(place):
        if "POST" in (rule.methods or ()):
            fields = {"csrf_token": place.token("alma")}
            answer, _ = place.called("alma", address(place, rule), fields)
            assert answer.status_code in {*ANSWERS, 400, 404}, rule.endpoint


def test_numbers_too_large_and_ids_that_do_not_exist_are_not_found(place: Place) -> None:
    for rule in rules(place):
        if "GET" in (rule.methods or ()) and "_id>" in rule.rule:
            for number in ("999999", "9223372036854775807", "99999999999999999999999"):
                wrong = re.sub(r"<int:\w+>", number, rule.rule).replace("<provider>", "xero")
                answer, _ = place.called("alma", wrong)
                assert led_on(place, "alma", answer).status_code == 404, wrong
