"""Items: what is sold and bought, without stock keeping. See developer.xero.com, Items."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from jobs.sandbox.answers import Answer
from jobs.sandbox.xero.arithmetic import round_to
from jobs.sandbox.xero.batch import Kind, book
from jobs.sandbox.xero.call import ApiCall, Element, Reply
from jobs.sandbox.xero.dates import ms_time
from jobs.sandbox.xero.errors import Refused, not_found
from jobs.sandbox.xero.listing import read_where, select
from jobs.sandbox.xero.objects import Item, ItemSide
from jobs.sandbox.xero.reading import amount, flag, part, text

KIND = Kind("Items", "Item", "ItemID")

FIELDS: Mapping[str, Callable[[Item], Any]] = {
    "itemid": lambda one: one.id,
    "code": lambda one: one.code,
    "name": lambda one: one.name,
    "issold": lambda one: one.is_sold,
    "ispurchased": lambda one: one.is_purchased,
    "updateddateutc": lambda one: one.updated,
}


def item_list(call: ApiCall) -> Reply:
    """GET /Items; never paged."""
    wanted = read_where(call, FIELDS)
    items = sorted(call.company.items.all(call.at), key=lambda one: one.code)
    return Reply("Items", [item_form(one, call.decimals) for one in select(call, items, FIELDS, wanted)])


def item_one(call: ApiCall, key: str) -> Reply:
    """GET /Items/{id or code}."""
    return Reply("Items", [item_form(_known(call, key), call.decimals)])


def create_items(call: ApiCall) -> Reply:
    """PUT /Items."""
    return book(call, KIND, call.elements("Items"), lambda element: _saved(call, element, None))


def save_items(call: ApiCall) -> Reply:
    """POST /Items: an element with a known id or code changes that item."""
    return book(call, KIND, call.elements("Items"), lambda element: _saved(call, element, _match(call, element)))


def update_item(call: ApiCall, key: str) -> Reply:
    """POST /Items/{id}."""
    existing = _known(call, key)
    return book(call, KIND, call.elements("Items")[:1], lambda element: _saved(call, element, existing))


def delete_item(call: ApiCall, key: str) -> Answer:
    """DELETE /Items/{id}."""
    call.company.items.remove(_known(call, key).id)
    return Answer(204)


def item_form(item: Item, decimals: int) -> Element:
    """An item on the wire."""
    return {
        "ItemID": item.id,
        "Code": item.code,
        "Name": item.name,
        "Description": item.description,
        "PurchaseDescription": item.purchase_description,
        "UpdatedDateUTC": ms_time(item.updated),
        "PurchaseDetails": _side_form(item.purchase, decimals),
        "SalesDetails": _side_form(item.sales, decimals),
        "IsTrackedAsInventory": False,
        "IsSold": item.is_sold,
        "IsPurchased": item.is_purchased,
    }


def _side_form(side: ItemSide, decimals: int) -> Element:
    form: Element = {}
    if side.unit_price is not None:
        form["UnitPrice"] = round_to(side.unit_price, decimals)
    if side.account_code is not None:
        form["AccountCode"] = side.account_code
    if side.tax_type is not None:
        form["TaxType"] = side.tax_type
    return form


def _saved(call: ApiCall, element: Element, existing: Item | None) -> Element:
    company = call.company
    code = (text(element, "Code") or (existing.code if existing else "")).strip()
    name = text(element, "Name") or (existing.name if existing else "")
    messages = []
    if not code or len(code) > 30:
        messages.append("Item Code must be between 1 and 30 characters.")
    if len(name) > 50:
        messages.append("Item Name must not be longer than 50 characters.")
    namesake = company.item(code)
    if namesake is not None and (existing is None or namesake.id != existing.id):
        messages.append(f"Price List Item with Code '{code}' already exists")
    sides = []
    for field_name, known in (
        ("SalesDetails", existing and existing.sales),
        ("PurchaseDetails", existing and existing.purchase),
    ):
        sent = part(call, element, field_name)
        base = known or ItemSide()
        side = ItemSide(
            amount(call, sent, "UnitPrice") if "UnitPrice" in sent else base.unit_price,
            text(sent, "AccountCode") or base.account_code,
            text(sent, "TaxType") or base.tax_type,
        )
        if side.account_code and company.account(side.account_code) is None:
            messages.append(f"Account code '{side.account_code}' is not a valid code for this document.")
        sides.append(side)
    if messages:
        raise Refused(messages, {"Code": code, **({"ItemID": existing.id} if existing else {})})
    base_item = existing or Item(str(uuid4()), code, name, company.stamp())
    sold, purchased = flag(element, "IsSold"), flag(element, "IsPurchased")
    item = replace(
        base_item,
        code=code,
        name=name,
        updated=company.stamp(),
        description=text(element, "Description") or base_item.description,
        purchase_description=text(element, "PurchaseDescription") or base_item.purchase_description,
        is_sold=base_item.is_sold if sold is None else sold,
        is_purchased=base_item.is_purchased if purchased is None else purchased,
        sales=sides[0],
        purchase=sides[1],
    )
    return item_form(company.items.put(item), call.decimals)


def _match(call: ApiCall, element: Element) -> Item | None:
    if key := text(element, "ItemID"):
        return call.company.items.get(key.lower())
    return call.company.item(text(element, "Code") or "")


def _known(call: ApiCall, key: str) -> Item:
    found = call.company.items.get(key.lower(), call.at)
    found = found or next(iter(call.company.items.find("code", key.casefold(), call.at)), None)
    if found is None:
        raise not_found()
    return found
