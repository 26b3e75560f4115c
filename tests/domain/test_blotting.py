"""Blotting: secrets in every form that providers and programs write them in, and ordinary words left whole."""

import time

import pytest

from dashboard.domain.blotting import BLOT, without_secrets

SECRET = "s3cr3t-Value.9"
FORMS = (
    '{"access_token":"%s"}',
    '{\\"access_token\\":\\"%s\\"}',
    '{\\\\\\"access_token\\\\\\":\\\\\\"%s\\\\\\"}',
    "{\\u0022access_token\\u0022:\\u0022%s\\u0022}",
    "{&quot;refresh_token&quot;:&quot;%s&quot;}",
    "{'id_token': '%s'}",
    "{access_token=%s, account=4010}",
    "refresh-token: %s",
    "Refresh token: %s",
    "refreshToken => %s",
    "token=%s",
    "access_token%%3D%s",
    "<accessToken>%s</accessToken>",
    "x-api-key: %s",
    "apiKey = %s",
    "('X-Api-Key', '%s')",
    "client-secret=%s",
    "client.secret=%s",
    "ClientSecret: %s",
    'password: "two words and %s"',
    "passwd=%s",
    "pass phrase: %s",
    "pwd:%s",
    "Cookie: session=%s",
    "Cookie: theme=dark; session=%s",
    "Set-Cookie: tieout=%s; Path=/",
    "sessionid=%s",
    "Authorization: Bearer %s",
    "Authorization: ApiKey %s",
    "authorisation: %s",
    "Authorization: Digest username=x, response=%s",
    "Sent with bearer %s.",
    "https://ada:%s@ledger.example/api",
    "https://%s@ledger.example/api",
    "ada:%s@ledger.example",
    "GET /callback?code=%s&state=x",
    "code_verifier=%s",
)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_blotted_out_however_it_is_written(form: str) -> None:
    said = without_secrets(f"Refused. {form % SECRET}\nLine 2: account 4010 is unknown")
    assert SECRET not in said
    assert BLOT in said
    assert said.startswith("Refused. ")
    assert said.endswith("\nLine 2: account 4010 is unknown")


@pytest.mark.parametrize(
    "words",
    [
        "Account code '4010' is not a valid code for this document.",
        "The access token has expired; connect Xero again.",
        "The refresh token is not valid (invalid_grant).",
        "Authorization failed, for the user has no access to this organisation.",
        "Basic information: name and address. Bearer instruments are not accepted.",
        "Invoice # must be unique. Line 1: AccountCode=4010, TaxType: OUTPUT2, Total: 125.00",
        "The contact's secretary: Ada. Write to ada@nordlys.example or mailto:bo@nordlys.example",
        "email:bo@nordlys.example is no address; see https://developer.example:8080/errors?page=2",
        "Passwords and cookies are not asked for. 2026-11-20T10:15:00Z",
        "Idempotency-Key: 4711 was used with a different request",
    ],
)
def test_ordinary_words_stay_whole(words: str) -> None:
    assert without_secrets(words) == words


def test_a_known_secret_is_blotted_out_wherever_it_stands() -> None:
    said = without_secrets("No such thing: abcdefghij (abcdefgh)", {"abcdefgh", "abcdefghij", "", "No"})
    assert said == f"No such thing: {BLOT} ({BLOT})"


@pytest.mark.parametrize(
    "wearing", ["token ", "a:", "//", "eyJaaaaaaaa.", "Bearer ", 'token"', "authorization ", "?key="]
)
def test_no_words_wear_the_patterns_out(wearing: str) -> None:
    begun = time.process_time()
    without_secrets(wearing * 20_000)
    assert time.process_time() - begun < 2
