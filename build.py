"""dicom-deid's only build tool; `python3 build.py --help` names its commands.

It needs Python 3.11 or newer and Node.js 20 with npm, and starts with the standard library alone. Its parts are in
py/sitebuild/; what it leaves behind is git-ignored: .venv, vendor, dist, node_modules.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if sys.version_info < (3, 11):  # noqa: UP036 - says it plainly to whoever runs an older one
    sys.exit("dicom-deid needs Python 3.11 or newer; this is " + sys.version.split()[0])
sys.path.insert(0, str(ROOT / "py"))

from sitebuild.assets import vendor  # noqa: E402 - the path above comes first
from sitebuild.environment import check_node, make_venv, npm, python  # noqa: E402
from sitebuild.server import serve  # noqa: E402
from sitebuild.shell import BuildError, run, say  # noqa: E402
from sitebuild.site import site  # noqa: E402

TABLE_SOURCE = ROOT.parent / "shared" / "data"  # the standard's tables as CSV; kept beside the project, not in it


def build_site(uses: Sequence[str] = ("site",), wheels: Path | None = None, pacs: str = "") -> None:
    check_node()
    vendor(uses)
    site(wheels, pacs)


def serve_site(port: int, isolation: bool, wheels: Path | None, pacs: str) -> None:
    build_site(wheels=wheels, pacs=pacs)
    serve(port, isolation=isolation)


def fetch_all() -> None:
    check_node()
    vendor(("site", "test"))


def tables(source: Path) -> None:
    if not source.is_dir():
        raise BuildError(f"The standard's tables are not at {source}. Say where with --source.")
    generate = (python(), "-m", "dicom_deid.tables.generate", "--source", source)
    say(run(generate, "Regenerating py/dicom_deid/tables").strip())


def checks(*arguments: str) -> int:
    """Lint, types and tests, by tests/checks.py; these need the development dependencies too."""
    make_venv("dev")
    run((npm(), "ci", "--ignore-scripts"), "Installing the JavaScript checkers")
    vendor(("site", "test"))
    return subprocess.run((python(), ROOT / "tests" / "checks.py", *arguments), cwd=ROOT, check=False).returncode


def test(quick: bool) -> int:
    make_venv("dev")
    build_site(("site", "test"))
    return checks(*(["--quick"] if quick else []))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="build.py", description="Builds, serves and tests dicom-deid.")
    commands = parser.add_subparsers(dest="command", required=True)
    served = commands.add_parser("serve", help="build what is missing and serve the site on this computer")
    served.add_argument("--port", type=int, default=8000)
    served.add_argument("--no-isolation", action="store_true", help="send no COOP and COEP, like a plain static host")
    commands.add_parser("vendor", help="fetch the pinned assets into vendor/")
    assembled = commands.add_parser("site", help="assemble dist/")
    for command in (served, assembled):
        command.add_argument("--wheels", type=Path, help="folder of pure-Python wheels that policies can name")
        command.add_argument("--pacs", default="", help="DICOMweb that the page offers: /path, or https://host/path")
    standard = commands.add_parser("tables", help="regenerate py/dicom_deid/tables/ from the standard's tables")
    standard.add_argument("--source", type=Path, default=TABLE_SOURCE, help="folder of the tables as CSV")
    commands.add_parser("lint", help="lint and types")
    tested = commands.add_parser("test", help="lint, types and every test")
    tested.add_argument("--quick", action="store_true", help="leave out the browser and Pyodide tests")
    return parser.parse_args()


def main() -> int:
    options = parse()
    jobs: dict[str, Callable[[], int | None]] = {
        "serve": lambda: serve_site(options.port, not options.no_isolation, options.wheels, options.pacs),
        "vendor": fetch_all,
        "site": lambda: build_site(wheels=options.wheels, pacs=options.pacs),
        "tables": lambda: tables(options.source),
        "lint": lambda: checks("--lint"),
        "test": lambda: test(options.quick),
    }
    try:
        make_venv()
        result = jobs[options.command]()
    except BuildError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the command again to go on where it was.", file=sys.stderr)
        return 130
    return result or 0


if __name__ == "__main__":
    sys.exit(main())
