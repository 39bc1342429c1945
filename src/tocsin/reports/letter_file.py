"""A PDF of many pages written one page at a time: what is shared stands once, what is written is forgotten.

ReportLab keeps every page until the file is saved and works out each anew; a batch of letters shares nearly
all of what is on its pages. The order of the objects follows from the letters alone, so the same letters are
the same bytes. Everything is what PDF/A-2b asks for: fonts embedded, one output intent, XMP, an id.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from tocsin.reports import fonts

_PER_NODE = 100  # pages below one node of the page tree
_SCALE = 1000  # widths are told in thousandths of the size


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The part of a font that a batch needs: `hexes` is the code of each character as four hex digits.

    `widths` are in thousandths of the size, by character.
    """

    font: str
    characters: str
    hexes: dict[int, str]
    widths: dict[str, float]


@dataclass(frozen=True, slots=True)
class Paperwork:
    """What a file says of itself. `xmp` is its packet of metadata, `icc` its profile of colours."""

    info: Mapping[str, str]
    xmp: bytes
    icc: bytes
    language: str
    identity: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """The pages of one letter as compressed content, their size in points, and its name in the outline."""

    title: str
    size: tuple[float, float]
    pages: tuple[bytes, ...]


def glyphs(font: str, characters: Iterable[str]) -> Glyphs:
    """Return the codes and widths of the characters in a font, in the order of the characters."""
    face = fonts.loaded(font).face
    ordered = "".join(sorted(set(characters)))
    numbers: dict[int, int] = {}
    hexes = {}
    for character in ordered:
        number = numbers.setdefault(face.charToGlyph[ord(character)], len(numbers) + 1)
        hexes[ord(character)] = f"{number:04X}"
    widths = {c: float(face.charWidths.get(ord(c), face.defaultWidth)) for c in ordered}
    return Glyphs(font, ordered, hexes, widths)


class LetterFile:
    """The file being written. `parts` are its fonts by name, `forms` contents that pages share, compressed.

    The origin of a form is its upper left corner; `box` is how far it reaches.
    """

    def __init__(
        self,
        target: BinaryIO,
        paperwork: Paperwork,
        parts: Sequence[tuple[str, Glyphs]],
        forms: Mapping[str, bytes],
        box: tuple[float, float, float, float],
    ) -> None:
        self._target, self._paperwork, self._box = target, paperwork, box
        self._at = 0
        self._offsets: list[int] = [0, 0]  # object 0 is none; 1 is the catalogue, written last
        self._in_node: list[int] = []
        self._outline: list[tuple[str, int]] = []
        self._count = 0
        self._kids: list[tuple[int, list[int]]] = []
        self._hash = hashlib.md5(paperwork.identity.encode(), usedforsecurity=False)
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._root = self._reserve()
        self._resources = self._shared(parts, forms)

    def add(self, sheets: Sheets) -> int:
        """Write the pages of a letter; return the number of its first page, from 1."""
        first = self._count + 1
        for number, content in enumerate(sheets.pages):
            body = self._stream(content, "/Filter /FlateDecode")
            if len(self._in_node) == _PER_NODE or not self._kids:
                self._in_node = []
                self._kids.append((self._reserve(), self._in_node))
            page = self._object(
                f"<< /Type /Page /Parent {self._kids[-1][0]} 0 R /MediaBox [0 0 {_n(sheets.size[0])} "
                f"{_n(sheets.size[1])}] /Resources {self._resources} 0 R /Contents {body} 0 R >>".encode()
            )
            self._in_node.append(page)
            self._count += 1
            if number == 0:
                self._outline.append((sheets.title, page))
        return first

    def close(self) -> None:
        """Write the tree of pages, the outline, the catalogue and the table of objects."""
        for node, kids in self._kids:
            listed = " ".join(f"{kid} 0 R" for kid in kids)
            self._put(
                node,
                f"<< /Type /Pages /Parent {self._root} 0 R /Count {len(kids)} /Kids [{listed}] >>".encode(),
            )
        listed = " ".join(f"{node} 0 R" for node, _ in self._kids)
        self._put(self._root, f"<< /Type /Pages /Count {self._count} /Kids [{listed}] >>".encode())
        outline = self._outlines()
        paperwork = self._paperwork
        xmp = self._stream(paperwork.xmp, "/Type /Metadata /Subtype /XML")
        icc = self._stream(_compressed(paperwork.icc), "/N 3 /Filter /FlateDecode")
        intent = self._object(
            b"<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB) "
            + f"/DestOutputProfile {icc} 0 R >>".encode()
        )
        info = self._object(
            b"<< " + b" ".join(f"/{k} ".encode() + _text(v) for k, v in paperwork.info.items()) + b" >>"
        )
        self._put(
            1,
            f"<< /Type /Catalog /Pages {self._root} 0 R /Metadata {xmp} 0 R /OutputIntents [{intent} 0 R] "
            f"/Outlines {outline} 0 R /Lang ".encode()
            + _text(paperwork.language)
            + b" /ViewerPreferences << /DisplayDocTitle true >> >>",
        )
        self._table(info)
        self._target.flush()

    def _table(self, info: int) -> None:
        start, size = self._at, len(self._offsets)
        lines = [b"xref\n0 %d\n0000000000 65535 f \n" % size]
        lines += [b"%010d 00000 n \n" % offset for offset in self._offsets[1:]]
        identity = self._hash.hexdigest().encode()
        lines.append(
            b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n"
            % (size, info, identity, identity, start)
        )
        self._write(b"".join(lines))

    def _outlines(self) -> int:
        root = self._reserve()
        first = len(self._offsets)
        last = first + len(self._outline) - 1
        for number, (title, page) in enumerate(self._outline, first):
            before = f"/Prev {number - 1} 0 R " if number > first else ""
            after = f"/Next {number + 1} 0 R " if number < last else ""
            self._object(
                f"<< /Parent {root} 0 R {before}{after}/Dest [{page} 0 R /Fit] /Title ".encode()
                + _text(title)
                + b" >>"
            )
        ends = f" /First {first} 0 R /Last {last} 0 R /Count -{len(self._outline)}" if self._outline else ""
        self._put(root, f"<< /Type /Outlines{ends} >>".encode())
        return root

    def _shared(self, parts: Sequence[tuple[str, Glyphs]], forms: Mapping[str, bytes]) -> int:
        """Write fonts and forms; return the number of the resources that every page names."""
        named = " ".join(f"/{name} {self._font(part)} 0 R" for name, part in parts)
        own = self._object(f"<< /Font << {named} >> >>".encode())
        box = f"/Type /XObject /Subtype /Form /BBox [{' '.join(map(_n, self._box))}]"
        made = " ".join(
            f"/{name} {self._stream(content, f'{box} /Resources {own} 0 R /Filter /FlateDecode')} 0 R"
            for name, content in forms.items()
        )
        return self._object(f"<< /Font << {named} >> /XObject << {made} >> >>".encode())

    def _font(self, part: Glyphs) -> int:
        face = fonts.loaded(part.font).face
        length, packed = _embedded(part.font, part.characters)
        tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(part.characters.encode()).digest()[:6])
        name = f"{tag}+{part.font}"
        file = self._stream(packed, f"/Length1 {length} /Filter /FlateDecode")
        box = " ".join(str(round(value)) for value in face.bbox)
        descriptor = self._object(
            f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{box}] /ItalicAngle "
            f"{_n(face.italicAngle)} /Ascent {round(face.ascent)} /Descent {round(face.descent)} /CapHeight "
            f"{round(face.capHeight)} /StemV {round(face.stemV)} /FontFile2 {file} 0 R >>".encode()
        )
        by_code = {part.hexes[ord(c)]: c for c in reversed(part.characters)}
        widths = " ".join(_n(part.widths[by_code[code]]) for code in sorted(by_code))
        below = self._object(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) "
            f"/Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R "
            f"/DW {_n(face.defaultWidth)} /W [1 [{widths}]] /CIDToGIDMap /Identity >>".encode()
        )
        unicode = self._stream(zlib.compress(_to_unicode(by_code), 9), "/Filter /FlateDecode")
        return self._object(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts "
            f"[{below} 0 R] /ToUnicode {unicode} 0 R >>".encode()
        )

    def _stream(self, content: bytes, entries: str) -> int:
        head = f"<< {entries} /Length {len(content)} >>\nstream\n".encode()
        return self._object(head + content + b"\nendstream")

    def _object(self, body: bytes) -> int:
        number = self._reserve()
        self._put(number, body)
        return number

    def _reserve(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _put(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._at
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._hash.update(data)
        self._at += len(data)


@lru_cache(maxsize=32)
def _embedded(font: str, characters: str) -> tuple[int, bytes]:
    """Return the part of a font that has these characters, compressed, and its length before."""
    data = fonts.loaded(font).face.makeSubset([ord(c) for c in characters])
    return len(data), zlib.compress(data, 9)


def _to_unicode(by_code: Mapping[str, str]) -> bytes:
    codes = sorted(by_code)
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def "
        "1 begincodespacerange <0000> <FFFF> endcodespacerange"
    ]
    for start in range(0, len(codes), 100):
        some = codes[start : start + 100]
        lines.append(f"{len(some)} beginbfchar")
        lines += [f"<{code}> <{by_code[code].encode('utf-16-be').hex()}>" for code in some]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode()


@lru_cache(maxsize=4)
def _compressed(content: bytes) -> bytes:
    return zlib.compress(content, 9)


def _text(text: str) -> bytes:
    """Return a text string: as it is where it is plain, else UTF-16 in hex."""
    if text.isascii() and text.isprintable() and not set("()\\") & set(text):
        return f"({text})".encode()
    return b"<FEFF" + text.encode("utf-16-be").hex().encode() + b">"


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
