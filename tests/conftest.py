"""Fixtures that several kinds of test share: the built site, its server, a browser on it, and DICOM files."""

import contextlib
import os
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from node import collect

if TYPE_CHECKING:
    from journey import Journey
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request, WebError
    from policies import Policies

settings.register_profile(
    "pyodide", max_examples=10, deadline=None
)  # of 100: ten times as slow there, and the code is the same
pytest_collect_file = collect.pytest_collect_file  # each Node test is an item
ROOT = Path(__file__).resolve().parents[1]
BROWSER = "tests/browser/"
REPORTS = "/policy-violations"
SHARED_CORPUS = ROOT.parent / "shared" / "data" / "corpus"
# A test machine has no use for what Chromium asks of the network by itself, and root needs --no-sandbox.
CHROMIUM_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
]


UNREHEARSED = """
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...more) {
  if (message?.path?.[0] !== "rehearse") post.call(this, message, ...more);
};
"""
"""Keeps Python workers from compiling ahead while nobody asks: three seconds of processor for each page."""
FORGETFUL = """
if (location.origin !== "null" && !sessionStorage.visited) {
  localStorage.clear();
  sessionStorage.visited = "yes";
}
"""
"""A new tab begins without the policy of an earlier test; a tab that is loaded again has its own."""
SNAPSHOT_KEPT = """async () => {
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys();
    if (kept.some(({ url }) => url.includes("/snapshot-"))) return true;
  }
  return false;
}"""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The order of a run in two processes, file by file: the first takes the tests of the browser, the second others.

    When the others are done, the second takes of the browser's from the end. So two browsers share the cores for the
    last part only.
    """
    from xdist.scheduler import LoadScopeScheduling  # not inside Pyodide

    class Lanes(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.split("::", 1)[0]

        def _assign_work_unit(self, node: Any) -> None:
            first = node is next(iter(self.assigned_work))
            left = list(self.workqueue) if first else list(reversed(self.workqueue))
            mine = [file for file in self.workqueue if file.startswith(BROWSER) == first]
            self.workqueue.move_to_end((mine or left)[0], last=False)
            super()._assign_work_unit(node)

    return Lanes(config, log)


@pytest.fixture(scope="session")
def site() -> Path:
    """dist/, built from the tree as it is, by the real build."""
    subprocess.run((sys.executable, ROOT / "build.py", "site"), cwd=ROOT, check=True, capture_output=True)
    return ROOT / "dist"


@dataclass(frozen=True)
class Server:
    """The site on a free port of this computer. Browsers report to it what the policy forbade, in workers too."""

    url: str
    violations: list[str]
    _server: socketserver.BaseServer = field(repr=False)

    def stop(self) -> None:
        """Cuts the network, as it were."""
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def serving(folder: Path, *, isolation: bool = True, kept: bool = False) -> Iterator[Server]:
    """kept: the browser keeps what it got, and asks again for none of the 370 files of a page."""
    from sitebuild.server import Handler, make_server

    violations: list[str] = []

    class Reported(Handler):
        """The real one, and its policy names an address for reports."""

        def __init__(self, *args: Any, headers_sent: dict[str, str], **kwargs: Any) -> None:
            policy = f"{headers_sent['Content-Security-Policy']}; report-uri {REPORTS}"
            cached = {"Cache-Control": "max-age=86400"} if kept else {}
            super().__init__(*args, headers_sent=headers_sent | {"Content-Security-Policy": policy} | cached, **kwargs)

        def do_POST(self) -> None:  # noqa: N802 - the base class looks for this name
            violations.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

    with contextlib.ExitStack() as cleanup:
        server = make_server(folder, 0, isolation=isolation, handler=Reported)
        running = Server(f"http://127.0.0.1:{server.server_port}/", violations, server)
        cleanup.callback(running.stop)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield running


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[Server]:
    """The server of `build.py serve`, with cross-origin isolation."""
    with serving(site, kept=True) as running:
        yield running


@pytest.fixture(scope="session")
def plain_server(site: Path) -> Iterator[Server]:
    """The same without cross-origin isolation, like a plain static host."""
    with serving(site, isolation=False) as running:
        yield running


@pytest.fixture
def own_server(site: Path) -> Iterator[Server]:
    """A server that the test may stop."""
    with serving(site) as running:
        yield running


@pytest.fixture(scope="session")
def browser_executable() -> str:
    from machine import browser

    found = browser()
    assert found, "no Chromium here; `python3 build.py test` installs one"
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator["Playwright"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


Launch = Callable[..., "BrowserContext"]


def opened(
    playwright: "Playwright", executable: str, profile: Path, *arguments: str, **options: Any
) -> "BrowserContext":
    """A browser with a profile on disk: one that is off the record keeps its private files in memory."""
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path=executable,
        args=[*CHROMIUM_ARGUMENTS, *arguments],
        accept_downloads=True,
        **options,
    )


@pytest.fixture
def launch(playwright: "Playwright", browser_executable: str, tmp_path: Path) -> Iterator[Launch]:
    """Opens browsers. `launch(profile)` opens a profile folder again; options go to launch_persistent_context."""
    contexts: list[BrowserContext] = []

    def open_browser(
        profile: Path | None = None, arguments: tuple[str, ...] = (), **options: object
    ) -> "BrowserContext":
        profile = profile or tmp_path / f"profile{len(contexts)}"
        contexts.append(opened(playwright, browser_executable, profile, *arguments, **options))
        contexts[-1].add_init_script(UNREHEARSED)
        return contexts[-1]

    yield open_browser
    for context in contexts:
        with contextlib.suppress(Exception):  # a test may have closed it
            context.close()


@dataclass
class Observed:
    """Events of a page that a test must hear of: its console, its errors, its requests."""

    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, context: "BrowserContext") -> Callable[[], None]:
        """Returns what ends it: in a shared browser, each that still listens costs the next tests time."""

        def heard(message: "ConsoleMessage") -> None:
            (self.errors if message.type in ("error", "warning") else self.console).append(message.text)

        def requested(request: "Request") -> None:
            self.requests.append(request.url)

        def failed(error: "WebError") -> None:
            self.errors.append(str(error.error))

        def end() -> None:
            context.remove_listener("console", heard)
            context.remove_listener("weberror", failed)
            context.remove_listener("request", requested)

        context.on("console", heard)
        context.on("weberror", failed)
        context.on("request", requested)
        return end

    def elsewhere(self, url: str) -> list[str]:
        """Requests that did not go to the site at `url`, nor to memory."""
        return [request for request in self.requests if not request.startswith((url, "blob:", "data:"))]


@pytest.fixture
def observed() -> Observed:
    return Observed()


@pytest.fixture(scope="session")
def visited_profile(
    playwright: "Playwright", browser_executable: str, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The profile of a browser that visited the site once, and has the snapshot of Python. Never changed by a test."""
    from journey import READY, Journey

    profile = tmp_path_factory.mktemp("visited") / "profile"
    context = opened(playwright, browser_executable, profile)
    page = context.pages[0]
    page.goto(server.url)
    Journey(page).wait_for_python()
    page.wait_for_function(SNAPSHOT_KEPT, polling=100, timeout=READY)
    context.close()
    return profile


@pytest.fixture
def profile(visited_profile: Path, tmp_path: Path) -> Path:
    """A profile of this test alone, of a browser that visited the site before: Python starts three seconds sooner."""
    own = tmp_path / "profile"
    shutil.copytree(visited_profile, own, symlinks=True, ignore=shutil.ignore_patterns("Singleton*"))
    return own


@pytest.fixture
def page(launch: Launch, profile: Path, server: Server, observed: Observed) -> Iterator["Page"]:
    """The site in a browser of its own. An error, a warning or a policy violation on its console fails the test."""
    server.violations.clear()
    context = launch(profile)
    observed.watch(context)
    page = context.pages[0]
    page.goto(server.url)
    yield page
    assert observed.errors == []
    assert observed.elsewhere(server.url) == []
    assert server.violations == []


@pytest.fixture(scope="session")
def browser(
    playwright: "Playwright", browser_executable: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["BrowserContext"]:
    """One browser for the tests that can share it, with one private storage."""
    context = opened(playwright, browser_executable, tmp_path_factory.mktemp("profile"))
    context.add_init_script(UNREHEARSED + FORGETFUL)
    yield context
    context.close()


@contextlib.contextmanager
def visiting(browser: "BrowserContext", server: Server, path: str = "", before: str = "") -> Iterator["Journey"]:
    """A new page of the site; the script `before` runs first. Whatever goes wrong in it unseen fails the test."""
    from journey import Journey

    observed = Observed()
    end = observed.watch(browser)
    server.violations.clear()
    page = browser.new_page()
    if before:
        page.add_init_script(before)
    page.goto(server.url + path)
    yield Journey(page)
    page.close()
    end()
    assert observed.errors == []
    assert observed.elsewhere(server.url + path) == []
    assert server.violations == []


@pytest.fixture
def journey(browser: "BrowserContext", server: Server) -> Iterator["Journey"]:
    """A page of the site in the shared browser."""
    with visiting(browser, server) as journey:
        yield journey


@pytest.fixture(scope="session")
def herons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small folder of real files. Never changed by a test."""
    from samples import sample_folder

    return sample_folder(tmp_path_factory.mktemp("samples") / "Herons")


@pytest.fixture
def policies(journey: "Journey", herons: Path) -> "Policies":
    """The policy panel of a page on which that folder was dropped."""
    from policies import Policies

    journey.drop(herons)
    journey.wait_for_python()
    return Policies(journey)


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """pydicom's own test files, and the files of ../shared/data/corpus where it is there. Never changed by a test."""
    from pydicom.data import get_testdata_files

    bundled = [Path(name) for name in get_testdata_files()]
    shared = [path for path in SHARED_CORPUS.rglob("*") if path.is_file()] if SHARED_CORPUS.is_dir() else []
    return sorted(path for path in [*bundled, *shared] if path.is_file())
