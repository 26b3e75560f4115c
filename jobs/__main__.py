"""The command line of the background half: `python -m jobs run | once TASK | sandbox | demo | seed-demo`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from dashboard.app import create_app
from dashboard.config import BadSetting, load
from dashboard.db import db
from jobs import demo, runner, sandbox
from jobs.schedule import SCHEDULE, Entry
from jobs.tasks import distrusting
from jobs.tasks.office import Office

DAYS = click.IntRange(demo.FEWEST_DAYS, demo.DAYS)


@click.group()
def main() -> None:
    """Run tieout's background half."""


@main.command()
def run() -> None:
    """Run the runner until it is told to stop."""
    runner.run_until_told(Office(create_app(load(os.environ))))


@main.group()
def once() -> None:
    """Run one task once, and end."""


@contextmanager
def _office() -> Iterator[Office]:
    """An office that leaves nothing open."""
    office = Office(create_app(load(os.environ)))
    try:
        yield office
    finally:
        office.close()
        with office.app.app_context():
            db.engine.dispose()


def _once(entry: Entry) -> click.Command:
    def run_task() -> None:
        with _office() as office:
            entry.task(office)

    return click.Command(entry.name, callback=run_task, help=f"{entry.why[:1].upper()}{entry.why[1:]}.")


for entry in SCHEDULE:
    once.add_command(_once(entry))


@once.command("distrust")
@click.option("--since", "moment", required=True, help="When the backup was made, as 2026-11-20T14:05; UTC if unsaid.")
def distrust_since(moment: str) -> None:
    """After a restored backup: look everything up in the ledgers that may have been sent since."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise click.BadParameter("write it as 2026-11-20T14:05, or with a zone as 2026-11-20T14:05+01:00") from None
    with _office() as office:
        try:
            found = distrusting.run(office, at if at.tzinfo else at.replace(tzinfo=UTC))
        except ValueError as refused:
            raise click.BadParameter(str(refused)) from None
    click.echo(f"{found.exports} exports are looked up before they are sent, {found.compared} of them by themselves.")


@main.command("sandbox")
@click.option("--port", default=5050, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=None, help="Keep the ledgers in this folder.")
def run_sandbox(port: int, data: Path | None) -> None:
    """Imitate the providers on loopback."""
    sandbox.serve(port=port, data_dir=data)


@main.command("demo")
@click.option("--port", default=5000, show_default=True)
@click.option("--sandbox-port", default=5050, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("data/demo"), show_default=True)
@click.option("--days", type=DAYS, default=demo.DAYS, show_default=True, help="How far back the demo's story goes.")
def run_demo(port: int, sandbox_port: int, data: Path, days: int) -> None:
    """Dashboard, sandbox and runner in one process, with two organisations to look around in."""
    demo.run(port=port, sandbox_port=sandbox_port, data=data, days=days)


@main.command("seed-demo")
@click.option("--sandbox-url", default="http://localhost:5050", show_default=True)
@click.option("--days", type=DAYS, default=demo.DAYS, show_default=True, help="How far back the demo's story goes.")
def seed_demo(sandbox_url: str, days: int) -> None:
    """Fill the configured database with the demo's organisations, through the product's own doors."""
    demo.seed(create_app(load(os.environ)), sandbox_url, days)


if __name__ == "__main__":
    try:
        main(prog_name="python -m jobs")
    except BadSetting as fault:
        sys.exit(f"tieout cannot start: {fault}")
