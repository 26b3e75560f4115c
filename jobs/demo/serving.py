"""Serving the demo: sandbox, database, dashboard and runner in one process, on this machine alone."""

import json
import logging
import os
import shlex
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import waitress
from flask import Flask
from flask_migrate import upgrade

from dashboard.app import MIGRATIONS, create_app
from dashboard.config import Config, load, new_secret, new_token_key
from jobs import sandbox
from jobs.demo.people import PASSWORD, PEOPLE, STAFF
from jobs.demo.seeding import is_seeded, seed
from jobs.runner import run_until_told
from jobs.tasks.office import Office

ENVIRONMENT = "tieout.env"


def run(port: int, sandbox_port: int, data: Path, days: int) -> None:
    """Serve until SIGTERM or SIGINT. A second run on the same folder goes on where the first one stopped."""
    for wanted, option in ((port, "--port"), (sandbox_port, "--sandbox-port")):
        if not _is_free(wanted):
            raise click.ClickException(f"Port {wanted} is in use. Stop what uses it, or choose another with {option}.")
    # Invoices, hashes and keys are nobody else's to read.
    os.umask(0o077)
    data.mkdir(parents=True, exist_ok=True)
    ledgers = sandbox.start_in_thread(port=sandbox_port, data_dir=data)
    sandbox_url = f"http://localhost:{sandbox_port}"
    app = create_app(_config(port, sandbox_url, data))
    logging.getLogger("waitress").setLevel(logging.ERROR)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
    if not is_seeded(app):
        click.echo(f"Making the demo's organisations: {days} days of documents, sent to the sandbox …")
        seed(app, sandbox_url, days)
    run_until_told(Office(app), _served(app, ledgers, port, sandbox_port, data))


@contextmanager
def _served(app: Flask, ledgers: sandbox.Handle, port: int, sandbox_port: int, data: Path) -> Iterator[None]:
    """The dashboard and the ledgers, both closed behind the runner."""
    server = waitress.create_server(app, listen=_addresses(port), threads=8)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    _say(port, sandbox_port, data)
    yield
    server.close()
    ledgers.close()


def _config(port: int, sandbox_url: str, data: Path) -> Config:
    """The demo's own settings; TIEOUT_ variables that are set go before them."""
    settings = {
        "TIEOUT_DATABASE_URL": f"sqlite:///{(data / 'tieout.db').resolve()}",
        "TIEOUT_PUBLIC_URL": f"http://localhost:{port}",
        "TIEOUT_XERO_CLIENT_ID": sandbox.CLIENT_ID,
        "TIEOUT_XERO_CLIENT_SECRET": sandbox.CLIENT_SECRET,
        "TIEOUT_XERO_BASE_URL": f"{sandbox_url}/xero",
        "TIEOUT_LOG_LEVEL": "warning",
        **_keys(data / "keys.json"),
    }
    own = {name: value for name, value in os.environ.items() if name.startswith("TIEOUT_")}
    _write_environment(data / ENVIRONMENT, settings | own)
    return load(settings | own)


def _write_environment(file: Path, settings: dict[str, str]) -> None:
    """Leave the settings for a shell, so that the command line can act on the demo: `set -a; . FILE`."""
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()))


def _keys(file: Path) -> dict[str, str]:
    """Keys made once and kept beside the data they open, for the owner's eyes only."""
    if not file.exists():
        keys = {"TIEOUT_SECRET_KEY": new_secret(), "TIEOUT_TOKEN_KEYS": new_token_key()}
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            json.dump(keys, opened)
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _addresses(port: int) -> str:
    """Loopback only, in both families where the machine has both: "localhost" may mean either to a browser."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return f"127.0.0.1:{port}"
    return f"127.0.0.1:{port} [::1]:{port}"


def _say(port: int, sandbox_port: int, data: Path) -> None:
    roles = [(email, role.label.lower(), name) for email, name, _, role in PEOPLE] + [(STAFF[0], "support", STAFF[1])]
    people = "\n".join(f"  {email:24} {role:8} {name}" for email, role, name in roles)
    click.echo(
        f"\ntieout is ready: http://localhost:{port}\n\n"
        f"Sign in with the password {PASSWORD} as\n{people}\n\n"
        f"The sandbox that plays Xero is at http://localhost:{sandbox_port}. "
        f"For the command line: set -a; . {data / ENVIRONMENT}; set +a\n"
        "Stop with Ctrl-C.",
    )
