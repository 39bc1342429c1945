"""The last step of every document: PDF/A-2b (3b with attachments), checked before its bytes are given out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from io import BytesIO
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import AttachedFileSpec, Dictionary, Name, Pdf, pdfa

from tocsin import __version__
from tocsin.errors import UserError
from tocsin.reports import joining
from tocsin.reports.characters import shown
from tocsin.reports.furniture import Attachment

_CREATOR = f"Tocsin {__version__}"
# ReportLab writes one code for each glyph: a joined form stands for letters, one beyond FFFF takes two codes.
_CODE = re.compile(rb"^<([0-9A-F]+)> <([0-9A-F]{4,})>$", re.MULTILINE)
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
{author}<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreateDate>{at}</xmp:CreateDate><xmp:ModifyDate>{at}</xmp:ModifyDate><xmp:MetadataDate>{at}</xmp:MetadataDate>
<xmp:CreatorTool>{creator}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself: `author` is who answers for it, `language` a BCP 47 tag, `at` its date."""

    title: str
    author: str
    subject: str
    language: str
    at: datetime


def sealed(content: bytes, about: About, attachments: Sequence[Attachment] = ()) -> bytes:
    """Return a PDF as PDF/A-2b, or 3b with files attached; the same input gives the same bytes.

    Raises UserError, with nothing written, where the result does not pass the check.
    """
    flavour = "3b" if attachments else "2b"
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        for page in pdf.pages:
            if Name.Trans in page.obj:
                del page.obj.Trans
        _name_letters(pdf)
        for attachment in attachments:
            _attach(pdf, attachment, about.at)
        pdfa.prepare(pdf, flavour)
        _describe(pdf, about, part=int(flavour[0]))
        try:
            pdfa.save(pdf, target, flavour, repair=False, deterministic_id=True)
        except pdfa.PdfaError as problem:
            raise UserError(
                f"the document would not be PDF/A-{flavour}: {'; '.join(_findings(problem))}.",
                where=about.title,
                hint="Nothing was written. This is a fault of the program: please report it.",
            ) from problem
    return target.getvalue()


def checked(content: bytes, flavour: str = "2b") -> tuple[str, ...]:
    """Return what keeps a PDF from being PDF/A, in words; nothing when it passes."""
    report = pdfa.validate_written(BytesIO(content), flavour)
    return () if report.passed else tuple(_words(report.findings)) or (str(report.verdict),)


def xmp(about: About, part: int = 2) -> bytes:
    """Return the packet of metadata; what is said in it agrees with `info`."""
    author = escape(shown(about.author))
    return _XMP.format(
        part=part,
        language=escape(about.language),
        title=escape(shown(about.title)),
        author=author and f"<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n",
        subject=escape(shown(about.subject)),
        at=about.at.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        creator=escape(_CREATOR),
        producer=escape(producer()),
    ).encode()


def info(about: About) -> dict[str, str]:
    """Return the entries of the information dictionary."""
    at = about.at.strftime("D:%Y%m%d%H%M%S+00'00'")
    found = {"Title": shown(about.title), "Author": shown(about.author), "Subject": shown(about.subject),
             "Creator": _CREATOR, "Producer": producer(), "CreationDate": at, "ModDate": at}  # fmt: skip
    return {name: value for name, value in found.items() if value}


@cache
def producer() -> str:
    """Return the libraries the bytes depend on: the same versions make the same file again."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in ("reportlab", "pikepdf"))


@cache
def icc() -> bytes:
    """Return the colour profile every file names as its output intent (sRGB)."""
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdfa.prepare(pdf, "2b")
        return bytes(pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes())


def _describe(pdf: Pdf, about: About, part: int) -> None:
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary({f"/{name}": value for name, value in info(about).items()})
    )
    packet = pdf.make_stream(xmp(about, part))
    packet.Type, packet.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = packet
    pdf.Root.Lang = pikepdf.String(about.language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _attach(pdf: Pdf, attachment: Attachment, at: datetime) -> None:
    when = at.strftime("D:%Y%m%d%H%M%S+00'00'")
    carried = AttachedFileSpec(
        pdf,
        attachment.content,
        filename=attachment.name,
        description=attachment.about,
        mime_type=attachment.media_type,
        creation_date=when,
        mod_date=when,
    )
    carried.relationship = Name.Source
    pdf.attachments[attachment.name] = carried


def _name_letters(pdf: Pdf) -> None:
    """Let what is copied and searched be letters: not joined forms, and right beyond the first plane."""
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get(Name.Type) == Name.Font and Name.ToUnicode in item:
            stream = item.ToUnicode
            written = bytes(stream.read_bytes())
            if (corrected := _CODE.sub(_letters, written)) != written:
                stream.write(corrected)


def _letters(found: re.Match[bytes]) -> bytes:
    letters = joining.apart(chr(int(found[2], 16)))
    return b"<%b> <%b>" % (found[1], letters.encode("utf-16-be").hex().upper().encode())


def _findings(problem: pdfa.PdfaError) -> list[str]:
    return list(_words(problem.report.findings))[:3] or [str(problem)]


def _words(findings: Sequence[pdfa.Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"{finding.rule} at {finding.where}: {finding.message}"
