"""Xero's own lists and companies, as far as they can be read from what organisations have recorded."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from dashboard.vocabulary.errors import ErrorCode
from dashboard.vocabulary.postings import Company, ProviderError
from dashboard.vocabulary.references import ReferenceItem, ReferenceKind
from tests.connectors.scripted import TENANT, Say, Scripted, xero_at

SINCE = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)


def account(**changes: Any) -> dict[str, Any]:
    return {
        "AccountID": str(uuid4()),
        "Code": "200",
        "Name": "Sales",
        "Status": "ACTIVE",
        "Type": "REVENUE",
        "Class": "REVENUE",
        "SystemAccount": "",
    } | changes


def accounts(*found: dict[str, Any]) -> list[ReferenceItem]:
    return xero_at(Scripted(Say(200, {"Accounts": list(found)}))).reference(ReferenceKind.ACCOUNT, None)


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, (True, False)),
        ({"Type": "EXPENSE", "Class": "EXPENSE"}, (False, True)),
        ({"Type": "FIXED", "Class": "ASSET"}, (False, True)),
        ({"Type": "CURRLIAB", "Class": "LIABILITY"}, (True, True)),
        ({"Type": "BANK", "Class": "ASSET"}, (False, False)),
        ({"SystemAccount": "DEBTORS", "Class": "ASSET"}, (False, False)),
        ({"Code": ""}, (False, False)),
    ],
)
def test_an_account_is_offered_where_a_line_may_name_it(changes: dict[str, Any], offered: tuple[bool, bool]) -> None:
    item = accounts(account(**changes))[0]
    assert (item.for_sales, item.for_purchases) == offered


def test_an_archived_account_is_listed_as_inactive() -> None:
    assert [item.is_active for item in accounts(account(), account(Status="ARCHIVED"))] == [True, False]


def test_only_changed_accounts_are_asked_for_with_twice_the_time_to_spare_that_reads_may_lag() -> None:
    provider = Scripted(Say(200, {"Accounts": []}))
    xero_at(provider).reference(ReferenceKind.ACCOUNT, SINCE)
    assert provider.asked[0].headers["if-modified-since"] == "2026-11-01T12:20:00"


def test_tax_rates_always_come_whole() -> None:
    rates = [
        {"Name": "15% GST on Income", "TaxType": "OUTPUT2", "EffectiveRate": 15.0, "Status": "ACTIVE"}
        | {"CanApplyToRevenue": True, "CanApplyToExpenses": False},
        {"Name": "Old", "TaxType": "TAX001", "DisplayTaxRate": 12.5, "Status": "DELETED", "CanApplyToExpenses": True},
    ]
    provider = Scripted(Say(200, {"TaxRates": rates}))
    first, second = xero_at(provider).reference(ReferenceKind.TAX_RATE, SINCE)
    assert "if-modified-since" not in provider.asked[0].headers
    assert (first.code, first.rate, first.is_active) == ("OUTPUT2", Decimal(15), True)
    assert (first.for_sales, first.for_purchases) == (True, False)
    assert (second.rate, second.is_active, second.for_purchases) == (Decimal("12.5"), False, True)


def test_contacts_come_with_the_archived_ones_and_their_tax_numbers() -> None:
    found = {
        "ContactID": str(uuid4()),
        "Name": "Fjell AS",
        "ContactStatus": "ARCHIVED",
        "EmailAddress": "post@fjell.example",
        "TaxNumber": " NO987654321 ",
        "CompanyNumber": "987654321",
        "DefaultCurrency": "NOK",
        "Addresses": [{"AddressType": "STREET"}, {"AddressType": "POBOX", "Country": "Norway"}],
    }
    provider = Scripted(Say(200, {"Contacts": [found], "pagination": {"pageCount": 1}}))
    item = xero_at(provider).reference(ReferenceKind.CONTACT, None)[0]
    assert provider.asked[0].query == {"includeArchived": "true", "page": "1", "pageSize": "1000"}
    assert (item.external_id, item.is_active, item.email) == (found["ContactID"], False, "post@fjell.example")
    assert (item.tax_ids, item.country, item.currency) == (("NO987654321", "987654321"), "Norway", "NOK")


ORGANISATION = {
    "OrganisationID": str(uuid4()),
    "Name": "Demo Company (NZ)",
    "OrganisationStatus": "ACTIVE",
    "BaseCurrency": "NZD",
    "CountryCode": "NZ",
    "ShortCode": "!23vGb",
    "PeriodLockDate": "/Date(1222732800000+0000)/",
}


def test_the_organisation_comes_with_its_lock_dates_and_currencies() -> None:
    provider = Scripted(
        Say(200, {"Organisations": [ORGANISATION]}), Say(200, {"Currencies": [{"Code": "NZD"}, {"Code": "EUR"}]})
    )
    item = xero_at(provider).reference(ReferenceKind.ORGANISATION, None)[0]
    assert (item.locked_until, item.year_locked_until) == (date(2008, 9, 30), None)
    assert (item.currency, item.currencies, item.short_code) == ("NZD", ("NZD", "EUR"), "!23vGb")


def test_currencies_that_xero_does_not_tell_leave_the_lock_dates() -> None:
    refusal = Say(401, {"Detail": "AuthorizationUnsuccessful"})
    provider = Scripted(Say(200, {"Organisations": [ORGANISATION]}), refusal)
    item = xero_at(provider).reference(ReferenceKind.ORGANISATION, None)[0]
    assert (item.locked_until, item.currencies) == (date(2008, 9, 30), ())


CONNECTIONS = [
    {"id": "link-1", "tenantId": TENANT, "tenantType": "ORGANISATION", "tenantName": "Demo Company (NZ)"},
    {"id": "link-2", "tenantId": "other", "tenantType": "ORGANISATION"},
    {"id": "link-3", "tenantId": "practice", "tenantType": "PRACTICE", "tenantName": "An accountant"},
]


def test_companies_are_the_organisations_of_the_consent() -> None:
    provider = Scripted(Say(200, CONNECTIONS))
    assert xero_at(provider).companies() == [
        Company(TENANT, "Demo Company (NZ)", "link-1"),
        Company("other", "", "link-2"),
    ]
    assert "xero-tenant-id" not in provider.asked[0].headers


@pytest.mark.parametrize("answer", [Say(204), Say(404, "gone")])
def test_disconnecting_gives_up_this_link_alone_and_may_come_late(answer: Say) -> None:
    provider = Scripted(answer)
    xero_at(provider, link_id="link-1").disconnect()
    assert [(asked.method, asked.path) for asked in provider.asked] == [("DELETE", "/connections/link-1")]


def test_disconnecting_without_a_known_link_looks_it_up() -> None:
    provider = Scripted(Say(200, CONNECTIONS), Say(204))
    xero_at(provider).disconnect()
    assert provider.asked[1].path == "/connections/link-1"


@pytest.mark.parametrize("body", [{}, "<html>", {"Accounts": "none"}, {"Status": "OK", "accounts": []}])
def test_a_list_that_is_not_there_is_not_taken_for_an_empty_one(body: object) -> None:
    with pytest.raises(ProviderError) as failed:
        xero_at(Scripted(Say(200, body))).reference(ReferenceKind.ACCOUNT, None)
    assert failed.value.code is ErrorCode.PROVIDER_DOWN


@pytest.mark.parametrize("body", [{}, {"error": "x"}, "null"])
def test_an_odd_list_of_connections_disconnects_nobody(body: object) -> None:
    with pytest.raises(ProviderError) as failed:
        xero_at(Scripted(Say(200, body))).disconnect()
    assert failed.value.code is ErrorCode.PROVIDER_DOWN


def test_an_expired_token_is_told_by_every_read() -> None:
    with pytest.raises(ProviderError) as expired:
        xero_at(Scripted(Say(401, {"Detail": "TokenExpired"}))).reference(ReferenceKind.ACCOUNT, None)
    assert expired.value.code is ErrorCode.ACCESS_EXPIRED
