"""dist/: self-contained, relative, and named by what is in it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sitebuild.page import assemble_page, links, offering, page_files
from sitebuild.paths import ROOT
from sitebuild.shell import BuildError
from sitebuild.site import wheel_files

OURS = ("index.html", "js", "worker", "tables")
# Put together here, so that this file names none either.
REGISTRIES = [".".join(host.split()) for host in ("npmjs org", "python hosted org", "pypi org", "debian org")]
REGISTRIES[1] = REGISTRIES[1].replace(".", "", 1)
FOREIGN = re.compile(r"""(?:src|href|action|poster)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//""")
FOREIGN_MODULE = re.compile(r"""(?:from|import|importScripts|fetch|Worker|URL)\s*\(?\s*["'`](?:https?:)?//""")
ROOTED = re.compile(r"""(?:src|href)\s*=\s*["']/|(?:from|import|fetch|Worker|URL)\s*\(?\s*["'`]/""")


def our_files(site: Path) -> list[Path]:
    paths = [path for name in OURS for path in ([site / name] if (site / name).is_file() else (site / name).rglob("*"))]
    return [path for path in paths if path.is_file()]


def build_site() -> subprocess.CompletedProcess[str]:
    command = (sys.executable, ROOT / "build.py", "site")
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_everything_that_the_page_needs_is_there(site: Path) -> None:
    for name in ("index.html", "version.json", "vendor/comlink.mjs", "runtime/manifest.json"):
        assert (site / name).is_file(), name
    for name in ("reasons", "options", "sop-classes"):
        assert json.loads((site / "tables" / f"{name}.json").read_text())


def test_every_relative_import_resolves_inside_the_site(site: Path) -> None:
    imports = re.compile(
        r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']|new URL\(["'](\.[^"']+\.\w+)["'], import\.meta"""
    )
    for path in [*(site / "js").rglob("*.js"), *(site / "worker").rglob("*.js")]:
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)  # types are imported in comments
        for found in imports.finditer(code):
            target = (path.parent / (found[1] or found[2])).resolve()
            assert target.is_file(), f"{path.name} imports {found[1] or found[2]}"
            assert target.is_relative_to(site.resolve())


def test_no_url_leaves_the_site_or_its_path(site: Path) -> None:
    for path in our_files(site):
        text = path.read_text()
        for pattern in (FOREIGN, FOREIGN_MODULE, ROOTED):
            assert not pattern.search(text), f"{path.relative_to(site)}: {pattern.search(text)}"


def test_the_page_is_built_for_one_pacs_and_reaches_no_other_origin() -> None:
    plain = assemble_page(ROOT)
    assert "dicom-deid-pacs" not in plain
    own = assemble_page(ROOT, "/dicom-web")
    assert '<meta name="dicom-deid-pacs" content="/dicom-web">' in own
    assert "connect-src 'self';" in own
    for address, origin in (
        ("https://pacs.example/dicom-web", "https://pacs.example"),
        ("http://127.0.0.1:8042/x", "http://127.0.0.1:8042"),
    ):
        assert f"connect-src 'self' {origin};" in offering(plain, address)


@pytest.mark.parametrize(
    "address",
    [
        "http://pacs.example/dicom-web",
        "//pacs.example/",
        "https://a:b@pacs.example",
        "https://x/ 'unsafe-inline'",
        "https:",
        "x",
    ],
)
def test_an_address_that_would_open_more_is_refused(address: str) -> None:
    with pytest.raises(BuildError):
        offering(assemble_page(ROOT), address)


def test_no_inline_script_or_style(site: Path) -> None:
    page = (site / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "<style" not in page
    assert not re.search(r"\s(?:on\w+|style)\s*=", page)


def house(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


PANEL, PART = "<!-- panel: js/a/panel.html -->", "<!-- panel: js/a/part.html -->"


def test_markup_of_each_panel_takes_its_place_in_the_page(tmp_path: Path) -> None:
    inner = f"<a-panel>\n\n  {PART}\n</a-panel>\n"
    root = house(tmp_path, {"index.html": f"<main>\n  {PANEL}\n</main>\n", "js/a/panel.html": inner})
    house(root, {"js/a/part.html": "<p>\n  words\n</p>\n"})
    whole = "<main>\n  <a-panel>\n\n    <p>\n      words\n    </p>\n  </a-panel>\n</main>\n"
    assert assemble_page(root) == whole
    assert [path.name for path in page_files(root)] == ["index.html", "panel.html", "part.html"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"index.html": PANEL}, "index.html has a place for js/a/panel.html, which is not there"),
        ({"index.html": "", "js/a/panel.html": ""}, "markup is not in the page: js/a/panel.html"),
        ({"index.html": f"{PANEL}\n{PANEL}", "js/a/panel.html": ""}, "which has one already"),
        ({"index.html": PANEL, "js/a/panel.html": PANEL}, "js/a/panel.html has a place for js/a/panel.html"),
        ({"index.html": "", "js/a/panel.css": ""}, "stylesheet is not in the page: js/a/panel.css"),
        (
            {"index.html": '<link rel="stylesheet" href="js/a.css">'},
            "stylesheet is in the page and not there: js/a.css",
        ),
        ({"index.html": 2 * '<link rel="stylesheet" href="js/a.css">', "js/a.css": ""}, "stylesheet is twice"),
    ],
)
def test_markup_or_a_stylesheet_that_is_missing_unused_or_twice_ends_the_build(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    with pytest.raises(BuildError, match=words):
        assemble_page(house(tmp_path, files))


def test_tokens_come_first_and_no_markup_lies_beside_the_page(site: Path) -> None:
    page = (site / "index.html").read_text()
    assert links(page)[0] == "js/page/tokens.css"
    assert "<!-- panel:" not in page
    assert [path.relative_to(site).as_posix() for path in (site / "js").rglob("*.html")] == []
    assert page == assemble_page(ROOT)


def test_only_what_the_browser_runs_is_in_it(site: Path) -> None:
    suffixes = {path.suffix for path in (site / "worker").rglob("*") if path.is_file()}
    assert suffixes == {".js"}
    assert not list(site.rglob("*.d.ts"))
    assert not list(site.rglob("*.map"))


def test_no_tracked_file_names_a_registry_host() -> None:
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        text = path.read_text(errors="replace") if path.is_file() else ""  # a deleted one is still listed
        assert not [host for host in REGISTRIES if host in text], name


def test_a_second_build_changes_nothing_and_says_nothing(site: Path) -> None:
    before = (site / "version.json").stat().st_mtime_ns
    again = build_site()
    assert again.returncode == 0, again.stderr
    assert again.stdout == ""
    assert (site / "version.json").stat().st_mtime_ns == before


def test_wheels_for_policies_are_put_where_the_page_looks(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no pure-Python wheel"):
        wheel_files(tmp_path)
    made = tmp_path / "herons-1.0-py3-none-any.whl"
    made.touch()
    (tmp_path / "egrets-1.0-cp314-cp314-win_amd64.whl").touch()
    assert wheel_files(tmp_path) == {f"wheels/{made.name}": made}
    assert wheel_files(None) == {}


def test_a_second_build_needs_no_network(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    again = build_site()
    assert again.returncode == 0, again.stderr
