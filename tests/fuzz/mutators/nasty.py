"""Values that readers stumble over."""

from __future__ import annotations

import struct
from random import Random

WHOLE = (0, 1, -1, 2, 3, 7, 8, 15, 16, 127, 128, 255, 256, 257, 999, 1024, 4096, 32767, 32768, 65535, 65536, 1 << 20,
         1 << 24, 1 << 27, 1 << 28, (1 << 30) - 1, 1 << 30, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40,
         1 << 48, 1 << 60, (1 << 62), (1 << 63) - 1, 1 << 63, (1 << 64) - 1)  # fmt: skip
REAL = (0.0, -0.0, 1e-300, 1e-45, 1e-30, -1.0, 1e30, 3.4e38, -3.4e38, 1e300, 1.7e308, float("nan"), float("inf"),
        float("-inf"), 0.1, 1e9, 16777217.0)  # fmt: skip
WORDS = (
    b"-1", b"0", b"1", b"nan", b"-nan", b"inf", b"-inf", b"1e999", b"1e308", b"-1e308", b"1e-400", b"4294967295",
    b"4294967296", b"2147483648", b"9223372036854775807", b"9223372036854775808", b"99999999999999999999", b"1" * 500,
    b"9" * 5000, b"0x10", b"1_000", b"1,5", b"1.5", b".", b"-", b"+", b"e", b"/", b"//", b"1//", b"\\\n", b"\r", b"\n",
    b"\r\n", b"\t", b"\0", b"\0\0\0\0", b"\xff" * 4, b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[31m", b"\x1b]0;x\x07",
    b"\x7f", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80",
    b"\xd9\xa3", b"\xc2\xb2", b"\xe2\x85\xa3", b" ", b"  " * 50, b"#", b"[]", b"{}", b"null", b"true", b"false",
    b"NaN", b"Infinity", b"\"", b"'", b"\"\"", b"%s%n", b"{0}", b"../../../../etc/passwd", b"/dev/zero", b"/etc",
    b"file:///etc/passwd", b"http://127.0.0.1/x", b"data:;base64,", b"a" * 300, b"con", b"~", b"=", b"==", b";", b",",
    b":", b"\0\0\x80\x7f", b"\0\0\xc0\x7f", b"solid", b"_", b"__class__", b"None", b"Ellipsis", b"<", b">", b"|O",
)  # fmt: skip
TEXTS = (
    "", " ", "a", "nan", "inf", "-1", "1e999", "\0", "\x1b[31mred", "\x1b]0;title\x07", "\u2028", "\u202e", "\x85",
    "\n", "\r\n", "a\nb", "\ud800", "\udcff", "\ufeff", "\U0001f600", "\u0663", "²", "ß" * 40, "a" * 300, "%s", "{}",
    "{0.__class__}",
    "../../etc/passwd", "/dev/zero", "C:\\x", "http://127.0.0.1/", "data:image/png;base64,AAAA", "data:,x", "null",
    "__proto__", "constructor", "[red]", "[/]", "[bold", "jawOpen", "JAWOPEN", "arkit", "flame", "ict_shapes", "user:x",
    "lego-track", "x" * 100000,
)  # fmt: skip


def whole(dice: Random) -> int:
    """A whole number that is near some border."""
    return dice.choice(WHOLE) + dice.choice((0, 0, 0, -1, 1))


def packed(dice: Random) -> bytes:
    """A nasty number of any width, in either byte order."""
    order = dice.choice("<>")
    if dice.random() < 0.25:
        value = dice.choice(REAL)
        form = dice.choice("fd")
        return struct.pack(order + form, value if form == "d" or not 3.5e38 < abs(value) < float("inf") else 0.0)
    width = dice.choice((1, 2, 4, 4, 8))
    return (whole(dice) % (1 << 8 * width)).to_bytes(width, "little" if order == "<" else "big")


def repeated(data: bytes, dice: Random, most: int = 200_000) -> bytes:
    """The bytes a few times, or very often."""
    times = dice.choice((2, 3, 10, 100, 1000, 20000))
    return data * max(min(times, most // max(len(data), 1)), 1)
