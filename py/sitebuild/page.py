"""index.html of the site: the frame of the page, with the markup of each panel in its place."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from .shell import BuildError

FRAME = "index.html"
# A line of its own, "<!-- panel: js/policy/panel.html -->": the file takes its place, moved in as far as the line is.
SLOT = re.compile(r"^( *)<!-- panel: (\S+) -->$", re.MULTILINE)
CONNECT = "connect-src 'self'"
CHARSET = '<meta charset="utf-8">'
ADDRESS = re.compile(r"[A-Za-z0-9._~:/@\[\]-]+")  # nothing that could end an attribute, or a directive of the policy
LOOPBACK = ("127.0.0.1", "localhost")
STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


def page_files(root: Path) -> list[Path]:
    """All files that the page is assembled of: the frame, and the markup beside the modules of js/."""
    return [root / FRAME, *sorted((root / "js").rglob("*.html"))]


def assemble_page(root: Path, pacs: str = "") -> str:
    """The text of the page, with `root`/index.html as its frame; `pacs`: the address of a PACS that it offers.

    Each file of markup stands in the page once, and each stylesheet of js/ is linked once; BuildError otherwise.
    """
    placed: list[str] = []
    text = fill(root, FRAME, placed)
    check_once("markup", [path.relative_to(root).as_posix() for path in page_files(root)[1:]], placed)
    check_once("stylesheet", [path.relative_to(root).as_posix() for path in (root / "js").rglob("*.css")], links(text))
    return offering(text, pacs) if pacs else text


def offering(text: str, pacs: str) -> str:
    """The page with the address of a PACS in its head, which its policy lets it reach if it is at another origin."""
    parts = urlsplit(pacs)
    own = pacs.startswith("/") and not pacs.startswith("//")
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not ADDRESS.fullmatch(pacs) or not (own or (safe and parts.hostname and "@" not in parts.netloc)):
        raise BuildError(f"--pacs takes a path of the page's own site, or https://host/path: {pacs}")
    if not own:
        text = text.replace(CONNECT, f"{CONNECT} {parts.scheme}://{parts.netloc}", 1)
    return text.replace(CHARSET, f'{CHARSET}\n  <meta name="dicom-deid-pacs" content="{pacs}">', 1)


def fill(root: Path, name: str, placed: list[str]) -> str:
    """A file with its slots filled, and theirs. `placed` takes the names of the files that were put in place."""

    def panel(slot: re.Match[str]) -> str:
        indent, inner = slot[1], slot[2]
        if not (root / inner).is_file():
            raise BuildError(f"{name} has a place for {inner}, which is not there.")
        if inner in placed:
            raise BuildError(f"{name} has a place for {inner}, which has one already.")
        placed.append(inner)
        lines = fill(root, inner, placed).rstrip("\n").split("\n")
        return "\n".join(f"{indent}{line}" if line else line for line in lines)

    return SLOT.sub(panel, (root / name).read_text(encoding="utf-8"))


def links(text: str) -> list[str]:
    """The stylesheets that a page links, in the order in which they count."""
    return STYLESHEET.findall(text)


def check_once(kind: str, there: list[str], used: list[str]) -> None:
    """Raises BuildError for a file that the page does not use, or uses without its being there, or twice."""
    unused, missing = sorted(set(there) - set(used)), sorted(set(used) - set(there))
    twice = sorted({name for name in used if used.count(name) > 1})
    for names, what in ((unused, "is not in the page"), (missing, "is in the page and not there"), (twice, "is twice")):
        if names:
            raise BuildError(f"{FRAME}: a {kind} {what}: {', '.join(names)}")
