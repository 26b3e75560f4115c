"""The scopes an app may ask for and what each endpoint needs. See developer.xero.com, granular scopes."""

IDENTITY = frozenset({"openid", "profile", "email", "offline_access"})
AREAS = ("invoices", "payments", "banktransactions", "manualjournals", "contacts", "settings")
GRANULAR = frozenset(
    [f"accounting.{area}{suffix}" for area in (*AREAS, "attachments") for suffix in ("", ".read")]
    + ["accounting.reports.read", "accounting.budgets.read"]
)
BROAD = frozenset({"accounting.transactions", "accounting.transactions.read", "accounting.journals.read"})
EVERYTHING = (
    "offline_access",
    "accounting.invoices",
    "accounting.payments",
    "accounting.contacts",
    "accounting.settings",
    "accounting.attachments",
)
NEEDS = {
    "invoices": ("invoices", "transactions"),
    "creditnotes": ("invoices", "transactions"),
    "items": ("invoices", "transactions", "settings"),
    "payments": ("payments", "transactions"),
    "contacts": ("contacts",),
}


def are_known(scopes: tuple[str, ...], broad: bool) -> bool:
    """Whether an app may ask for all of these."""
    return set(scopes) <= IDENTITY | GRANULAR | (BROAD if broad else frozenset())


def allow(scopes: tuple[str, ...], path: str, method: str) -> bool:
    """Whether a call to `/Invoices/…` is covered."""
    parts = path.lower().strip("/").split("/")
    areas = ("attachments",) if "attachments" in parts else NEEDS.get(parts[0], ("settings",))
    suffixes = ("", ".read") if method == "GET" else ("",)
    return any(f"accounting.{area}{suffix}" in scopes for area in areas for suffix in suffixes)
