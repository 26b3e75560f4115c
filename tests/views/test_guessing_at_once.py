"""Guesses at a password that come all at once: no more of them are looked at than of guesses one by one."""

import threading
from collections import Counter

import pytest
from argon2 import PasswordHasher
from flask import Flask

from dashboard.domain import sign_in
from tests.support.visitor import Visitor
from tests.support.world import World

GUESSES = sign_in.FAILURES_PER_PAIR * 2


@pytest.fixture
def database_url(each_database: str) -> str:
    return each_database


def test_of_many_guesses_at_once_only_as_many_are_looked_at_as_are_allowed(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No password is verified before every guess was either let through to it or refused. argon2 is not ours.
    looked_at, ended = threading.Semaphore(0), threading.Event()
    really = PasswordHasher.verify

    def verify(self: PasswordHasher, stored: str, password: str) -> bool:
        looked_at.release()
        ended.wait(20)
        return bool(really(self, stored, password))

    answers: list[int] = []

    def guess(visitor: Visitor) -> None:
        answers.append(visitor.post("/sign-in", {"email": "bo@nordlys.example", "password": "wrong"}).status_code)
        looked_at.release()

    visitors = [Visitor(app) for _ in range(GUESSES)]
    for visitor in visitors:
        visitor.get("/sign-in")
    monkeypatch.setattr(PasswordHasher, "verify", verify)
    threads = [threading.Thread(target=guess, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert looked_at.acquire(timeout=20)
    ended.set()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {
        422: sign_in.FAILURES_PER_PAIR,
        429: GUESSES - sign_in.FAILURES_PER_PAIR,
    }
