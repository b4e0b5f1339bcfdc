"""Contact sheets: labelled pictures in rows."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

PAPER, INK = (247, 247, 248), (72, 76, 84)


def contact_sheet(
    rows: Sequence[Sequence[tuple[str, Image.Image]]], title: str = "", gap: int = 8, text: int = 0
) -> Image.Image:
    """Rows of ``(label, picture)`` on one page; each label stands under its picture, an empty one takes no room.

    The page is transparent when all pictures are. Pictures keep their sizes; ``text`` is the height of the labels in
    pixels (0: by the size of the pictures).
    """
    pictures = [picture for row in rows for _, picture in row]
    text = text or max(11, min(22, max((p.height for p in pictures), default=256) // 24))
    font = ImageFont.load_default(text)
    heights = [_row_height(row, text) for row in rows]
    head = 2 * text if title else 0
    width = max((sum(p.width + gap for _, p in row) for row in rows), default=0) + gap
    clear = bool(pictures) and all(picture.mode == "RGBA" for picture in pictures)
    size = max(width, 1), head + sum(h + gap for h in heights) + gap
    page = Image.new("RGBA", size) if clear else Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(page)
    if title:
        draw.text((gap + 2, gap + text // 4), title, INK, font=ImageFont.load_default(text * 1.25))
    top = head + gap
    for row, height in zip(rows, heights, strict=True):
        left = gap
        for label, picture in row:
            page.paste(picture, (left, top), picture if picture.mode == "RGBA" and not clear else None)
            place = (left + picture.width / 2, top + picture.height + text * 0.3)
            draw.text(place, _fit(label, picture.width, font), INK, font=font, anchor="ma")
            left += picture.width + gap
        top += height + gap
    return page


def _row_height(row: Sequence[tuple[str, Image.Image]], text: int) -> int:
    label = round(1.6 * text) if any(label for label, _ in row) else 0
    return max((picture.height for _, picture in row), default=0) + label


def _fit(label: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Cut a label that is wider than its picture."""
    if font.getlength(label) <= width:
        return label
    while label and font.getlength(label + "…") > width:
        label = label[:-1]
    return label + "…"
