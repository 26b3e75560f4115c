"""Pictures of pages made small enough for a repository: a palette of 256 colours, every flat colour as it was."""

import base64
import struct
import zlib
from collections import Counter

from playwright.sync_api import Browser

COLOURS = 256
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DECODE = """async encoded => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${encoded}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const bytes = canvas.getImageData(0, 0, image.width, image.height).data;
    const parts = [];
    for (let at = 0; at < bytes.length; at += 30000) {
        parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 30000))));
    }
    return { width: image.width, height: image.height, parts };
}"""


def made_small(picture: bytes, browser: Browser) -> bytes:
    """The same picture as a PNG with a palette. Text keeps its shape; of its many greys alike ones become one."""
    page = browser.new_page()
    decoded = page.evaluate(_DECODE, base64.b64encode(picture).decode())
    page.close()
    pixels = memoryview(b"".join(map(base64.b64decode, decoded["parts"]))).cast("I")
    place, palette = _palette(Counter(pixels))
    width, height = decoded["width"], decoded["height"]
    indexes = bytes(map(place.__getitem__, pixels))
    rows = b"".join(b"\0" + indexes[at : at + width] for at in range(0, width * height, width))
    return b"".join(
        [
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _palette(colours: Counter[int]) -> tuple[dict[int, int], bytes]:
    """Where each colour stands in the palette, which holds the commonest colour of each group of alike ones."""
    for bits in range(8, 0, -1):
        mask = int.from_bytes(bytes([256 - (1 << (8 - bits))]) * 4, "little")
        groups: dict[int, int] = {}
        for colour, _ in colours.most_common():
            groups.setdefault(colour & mask, colour)
        if len(groups) <= COLOURS:
            break
    places = {group: at for at, group in enumerate(groups)}
    chosen = b"".join(colour.to_bytes(4, "little")[:3] for colour in groups.values())
    return {colour: places[colour & mask] for colour in colours}, chosen


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
