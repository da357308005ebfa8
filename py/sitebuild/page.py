"""index.html of the site: the frame of the page, with the markup of each panel in its place."""

import re
from pathlib import Path

from .shell import BuildError

FRAME = "index.html"
# A line of its own, "<!-- panel: js/policy/panel.html -->": the file takes its place, moved in as far as the line is.
SLOT = re.compile(r"^( *)<!-- panel: (\S+) -->$", re.MULTILINE)
STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


def page_files(root: Path) -> list[Path]:
    """All files that the page is assembled of: the frame, and the markup beside the modules of js/."""
    return [root / FRAME, *sorted((root / "js").rglob("*.html"))]


def assemble_page(root: Path) -> str:
    """The text of the page, with `root`/index.html as its frame.

    Each file of markup stands in the page once, and each stylesheet of js/ is linked once; BuildError otherwise.
    """
    placed: list[str] = []
    text = fill(root, FRAME, placed)
    check_once("markup", [path.relative_to(root).as_posix() for path in page_files(root)[1:]], placed)
    check_once("stylesheet", [path.relative_to(root).as_posix() for path in (root / "js").rglob("*.css")], links(text))
    return text


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
