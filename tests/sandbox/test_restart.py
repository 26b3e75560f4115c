"""A sandbox with a data folder goes on where it was, however it ended."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2

from jobs.sandbox import start_in_thread
from tests.sandbox.client import Desk, invoice
from tests.sandbox.conftest import open_desk

SERVE = (
    "import sys; from pathlib import Path; from jobs.sandbox import serve; "
    "serve(port=int(sys.argv[1]), data_dir=Path(sys.argv[2]))"
)


def _fill(desk: Desk) -> str:
    ann = desk.contact("Ann", TaxNumber="SE1")
    (booked,) = desk.create(invoice(ann, Url="https://tieout.example/k/1"))
    desk.send("PUT", f"/Invoices/{booked['InvoiceID']}/Attachments/a.pdf", content=b"%PDF")
    desk.change(f"pay:{booked['InvoiceID']}:25")
    desk.change("lock-period:2025-12-31")
    desk.change("deactivate-account:429")
    (gone,) = desk.create(invoice(ann, "GONE"))
    desk.change(f"remove:{gone['InvoiceID']}")
    identity: str = booked["InvoiceID"]
    return identity


def _check(desk: Desk, identity: str) -> None:
    (shown,) = desk.get(f"/Invoices/{identity}")["Invoices"]
    assert (shown["InvoiceNumber"], shown["Total"], shown["AmountDue"]) == ("INV-7", 125.0, 100.0)
    assert (shown["Contact"]["Name"], shown["Url"]) == ("Ann", "https://tieout.example/k/1")
    assert desk.send("GET", f"/Invoices/{identity}/Attachments/a.pdf").content == b"%PDF"
    assert "PeriodLockDate" in desk.get("/Organisation")["Organisations"][0]
    assert desk.get("/Accounts", where='Code=="429"')["Accounts"][0]["Status"] == "ARCHIVED"
    assert [row["number"] for row in desk.ledger("invoices")] == ["INV-7"]
    assert len(desk.get("/Accounts")["Accounts"]) == len(desk.ledger("accounts"))


def test_books_tokens_and_files_outlive_a_restart(tmp_path: Path) -> None:
    first = start_in_thread(data_dir=tmp_path)
    with httpx2.Client(base_url=first.url) as http:
        desk = open_desk(http)
        identity = _fill(desk)
        before = desk.get("/Invoices", page="1")["Invoices"]
    first.close()

    second = start_in_thread(data_dir=tmp_path)
    with httpx2.Client(base_url=second.url) as http:
        again = Desk(http, desk.token, desk.refresh_token, desk.company, desk.client_id, desk.client_secret)
        _check(again, identity)
        assert again.get("/Invoices", page="1")["Invoices"] == before
        again.control("reset")
        assert again.ledger("invoices") == []
    second.close()

    third = start_in_thread(data_dir=tmp_path)
    with httpx2.Client(base_url=third.url) as http:
        assert open_desk(http).ledger("invoices") == []
    third.close()


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    port = _free_port()
    identity, desk = "", None
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", SERVE, str(port), str(tmp_path)])
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx2.HTTPTransport(retries=20)) as http:
            if desk is None:
                desk = open_desk(http)
                identity = _fill(desk)
            else:
                desk.http = http
                _check(desk, identity)
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL


def test_it_ends_in_order_when_told_to(tmp_path: Path) -> None:
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port), str(tmp_path)])
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx2.HTTPTransport(retries=20)) as http:
        http.get("/").raise_for_status()
        os.kill(process.pid, signal.SIGTERM)

        assert process.wait(10) == 0


def test_closing_does_not_wait_for_a_call_that_is_kept_silent() -> None:
    handle = start_in_thread()
    with httpx2.Client(base_url=handle.url) as http:
        desk = open_desk(http)
        desk.control("faults", fault="timeout")
        failures: list[httpx2.HTTPError] = []

        def call() -> None:
            try:
                desk.send("GET", "/Organisation")
            except httpx2.HTTPError as error:
                failures.append(error)

        waiting = threading.Thread(target=call)
        waiting.start()
        while not desk.calls(path="/Organisation"):
            pass
        started = time.monotonic()
        handle.close()
        waiting.join()

    assert time.monotonic() - started < 3
    assert isinstance(failures[0], httpx2.RemoteProtocolError)


def _free_port() -> int:
    handle = start_in_thread()
    handle.close()
    return int(handle.url.rpartition(":")[2])
