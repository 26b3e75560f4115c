"""The command line of the background half: `python -m jobs run | once TASK | sandbox | demo | seed-demo`."""

import os
import sys
from pathlib import Path

import click

from dashboard.app import create_app
from dashboard.config import BadSetting, load
from jobs import demo, runner, sandbox
from jobs.schedule import SCHEDULE
from jobs.tasks.office import Office


@click.group()
def main() -> None:
    """Run tieout's background half."""


@main.command()
def run() -> None:
    """Run the runner until it is told to stop."""
    runner.run_until_told(Office(create_app(load(os.environ))))


@main.command()
@click.argument("task", type=click.Choice([entry.name for entry in SCHEDULE]))
def once(task: str) -> None:
    """Run one task once, and end."""
    office = Office(create_app(load(os.environ)))
    try:
        next(entry for entry in SCHEDULE if entry.name == task).task(office)
    finally:
        office.close()


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
def run_demo(port: int, sandbox_port: int, data: Path) -> None:
    """Dashboard, sandbox and runner in one process, with two organisations to look around in."""
    demo.run(port=port, sandbox_port=sandbox_port, data=data)


@main.command("seed-demo")
@click.option("--sandbox-url", default="http://localhost:5050", show_default=True)
def seed_demo(sandbox_url: str) -> None:
    """Fill the configured database with the demo's organisations, through the product's own doors."""
    demo.seed(create_app(load(os.environ)), sandbox_url)


if __name__ == "__main__":
    try:
        main(prog_name="python -m jobs")
    except BadSetting as fault:
        sys.exit(f"tieout cannot start: {fault}")
