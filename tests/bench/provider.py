"""A ledger that takes everything after 20 ms, as a process of its own: it costs next to nothing, and books nothing.

Run as a module it serves until it is ended, and prints its port first.
"""

import asyncio
import json
import sys
import uuid
from decimal import Decimal

DELAY = 0.020


def accepted(sent: dict[str, object]) -> dict[str, object]:
    """The answer for one element of PUT /Invoices."""
    lines = sent["LineItems"]
    assert isinstance(lines, list)
    tax = sum(Decimal(str(line["TaxAmount"])) for line in lines)
    net = sum(Decimal(str(line["LineAmount"])) for line in lines)
    kept = {name: sent[name] for name in ("Type", "InvoiceNumber", "Url", "Contact", "Status")}
    return {
        **kept,
        "InvoiceID": str(uuid.uuid4()),
        "Total": float(net + tax),
        "TotalTax": float(tax),
        "HasErrors": False,
        "StatusAttributeString": "OK",
    }


async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, as many calls as its client makes."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            body = json.loads(await reader.readexactly(length))
            await asyncio.sleep(DELAY)
            answer = json.dumps({"Invoices": [accepted(each) for each in body["Invoices"]]}).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
                + answer
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve() -> None:
    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
