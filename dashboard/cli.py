"""The command line: organisations, people, plans, taking in files, checking the settings."""

import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from dashboard.clock import utc_now
from dashboard.config import Config
from dashboard.db import db, writing
from dashboard.domain import members, one_time_links, people, publishing, tenants
from dashboard.domain.actors import Actor
from dashboard.domain.bad_input import BadInput
from dashboard.domain.intake import take_in
from dashboard.models import Tenant, User
from dashboard.models.one_time_link import Purpose
from dashboard.vocabulary.plans import Plan
from dashboard.vocabulary.records import Direction, Source
from dashboard.vocabulary.roles import Role

COMMAND_LINE = Actor(None, "command line")


def init_app(app: Flask) -> None:
    for command in (create_tenant, create_user, reset_link, set_plan, import_files, check_config):
        app.cli.add_command(command)


@click.command("create-tenant")
@click.argument("slug")
@click.option("--name", required=True, help="As it is shown, and as invoices name it.")
@click.option("--plan", type=click.Choice([plan.value for plan in Plan]), default=Plan.FREE.value, show_default=True)
@click.option("--currency", default="EUR", show_default=True, help="ISO 4217 code of the base currency.")
@click.option("--tax-id", default="", help="Tells on incoming files whether the organisation sells or buys.")
@click.option("--timezone", default="UTC", show_default=True, help="As in the IANA database, e.g. Europe/Stockholm.")
@with_appcontext
def create_tenant(slug: str, name: str, plan: str, currency: str, tax_id: str, timezone: str) -> None:
    """Add an organisation."""
    try:
        with writing(db.session()) as session:
            tenants.create_tenant(
                session,
                slug,
                name,
                utc_now(),
                plan=Plan(plan),
                currency=currency,
                tax_id=tax_id,
                timezone=timezone,
            )
    except BadInput as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"Added {name} ({slug}).")


@click.command("create-user")
@click.argument("email")
@click.option("--tenant", "slug", help="The organisation's slug.")
@click.option("--role", type=click.Choice([role.value for role in Role]))
@click.option("--staff", is_flag=True, help="Support staff, who belong to no organisation.")
@click.option("--name", default="")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def create_user(email: str, slug: str | None, role: str | None, staff: bool, name: str, password_stdin: bool) -> None:
    """Add a person; one who has an account already joins the organisation, or changes role in it.

    A password is asked for only where the account is made. A changed role ends the person's sessions.
    """
    if staff == bool(slug and role) or bool(slug) != bool(role):
        raise click.UsageError("Give either --tenant with --role, or --staff.")
    known = None if staff else people.by_email(db.session(), email)
    password = "" if known else _password(password_stdin)
    now = utc_now()
    try:
        with writing(db.session()) as session:
            tenant = tenants.by_slug(session, slug) if slug else None
            user = known or people.create_user(session, email, password, now, name=name, is_staff=staff)
            done = []
            if known is None:
                done.append(f"Added {user.email}.")
            if tenant is not None and role is not None:
                done.append(_give_role(session, tenant, user, Role(role)))
    except (BadInput, members.LastOwner) as refused:
        raise click.ClickException(str(refused)) from None
    for said in done:
        click.echo(said)


def _password(is_piped: bool) -> str:
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _give_role(session: Session, tenant: Tenant, user: User, role: Role) -> str:
    """Give the role, and say what that changed."""
    before = members.role_in(session, tenant, user)
    if before is role:
        return f"{user.email} is {role.label.lower()} of {tenant.name} already; nothing was changed."
    if before is None:
        members.give_role(session, tenant, user, role, utc_now(), COMMAND_LINE)
        return f"{user.email} belongs to {tenant.name} now, as {role.label.lower()}."
    members.change_role(session, tenant, user.id, role, COMMAND_LINE, utc_now())
    return f"{user.email} is {role.label.lower()} of {tenant.name} now, was {before.label.lower()}; sessions ended."


@click.command("reset-link")
@click.argument("email")
@with_appcontext
def reset_link(email: str) -> None:
    """Make a link by which a person sets a new password, good once and for an hour. Hand it to nobody else."""
    config: Config = current_app.extensions["tieout"]
    now = utc_now()
    user = people.by_email(db.session(), email)
    if user is None:
        raise click.ClickException(f"{email} has no account.")
    with writing(db.session()) as session:
        reset = Purpose.PASSWORD_RESET
        link = one_time_links.ask(session, reset, user.email, None, now, user_id=user.id, by_mail=False)
        path = one_time_links.hand_out(session, link, now)
    click.echo(config.public_url + path)


@click.command("set-plan")
@click.argument("slug")
@click.argument("plan", type=click.Choice([plan.value for plan in Plan]))
@with_appcontext
def set_plan(slug: str, plan: str) -> None:
    """Put an organisation on a plan."""
    try:
        with writing(db.session()) as session:
            tenant = tenants.by_slug(session, slug)
            tenants.set_plan(session, tenant, Plan(plan), utc_now(), COMMAND_LINE)
    except BadInput as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{slug} is on {plan}.")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--tenant", "slug", required=True, help="The organisation's slug.")
@click.option("--source", type=click.Choice([source.value for source in Source]), help="Refuse files of another kind.")
@click.option("--as", "direction", type=click.Choice(["sale", "bill"]), help="Where the file does not tell.")
@click.option("--approve", is_flag=True, help="Approve what is taken in; possible duplicates wait all the same.")
@with_appcontext
def import_files(files: tuple[Path, ...], slug: str, source: str | None, direction: str | None, approve: bool) -> None:
    """Take in files; one line per document, then the five counts. Exit 1 when any was refused."""
    stated = {None: None, "sale": Direction.SALE, "bill": Direction.PURCHASE}[direction]
    try:
        tenant_id = tenants.by_slug(db.session(), slug).id
    except BadInput as refused:
        raise click.ClickException(str(refused)) from None
    totals = dict.fromkeys(take_in.Fate, 0)
    taken_in: list[int] = []
    for file in files:
        for result in take_in.take_in_file(
            db.session(),
            tenant_id,
            file.name,
            take_in.content_of(file),
            COMMAND_LINE,
            utc_now(),
            stated_direction=stated,
            source=Source(source) if source else None,
            approve=approve,
        ):
            totals[result.fate] += 1
            if result.fate is take_in.Fate.TAKEN_IN and result.record_id is not None:
                taken_in.append(result.record_id)
            click.echo(f"{take_in.printable(str(file))}\t{result.fate.value}\t{result.said}")
    click.echo(", ".join(f"{n} {fate.value}" for fate, n in totals.items()))
    held = publishing.count_held(db.session(), taken_in)
    if held:
        click.echo(
            f"{held} on hold: dated before the day from which on documents are sent (see Sync config).", err=True
        )
    if totals[take_in.Fate.REFUSED]:
        sys.exit(1)


@click.command("check-config")
@with_appcontext
def check_config() -> None:
    """Say which settings are in force, without their secrets."""
    config: Config = current_app.extensions["tieout"]
    click.echo(f"public url\t{config.public_url}")
    click.echo(f"database\t{db.engine.url.render_as_string(hide_password=True)}")
    click.echo(f"token keys\t{', '.join(config.token_keys)}")
    mail = config.mail
    by = f"{mail.host}:{mail.port}, {mail.encryption.value}" if mail else "not set up"
    click.echo(f"mail\t{by}")
    for provider, settings in config.providers.items():
        where = settings.base_url or "the provider's own hosts"
        client = "set" if settings.client_id else "not set"
        click.echo(f"{provider.value}\tclient {client}, {where}")
