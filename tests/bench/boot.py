"""How long Python workers take to start, and what memory each costs, by the way they start. Prints a table.

.venv/bin/python tests/bench/boot.py [--repeats 3] [--workers 1 2]

Time: from making the workers until the last is ready, in a real Chromium, medians. Memory: what the tab's process uses
more (PSS) than before the workers were made, by worker; what they share was there before and is counted once.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "py")]

from conftest import CHROMIUM_ARGUMENTS, serving  # noqa: E402 - the paths above come first
from machine import install_browser  # noqa: E402

WAYS = {
    "source": "plain Pyodide, packages as .py",
    "plain": "standard library and packages as .pyc",
    "module": ".pyc and one compiled module",
    "snapshot": "module and snapshot without zero pages",
}
SETTLED_SECONDS = 1.5  # after which freed memory is back with the system
# Leaves in the page, as `shared`, all that the workers of a way share.
PREPARE = """async (way) => {
  const runtime = await import(new URL("worker/shared/runtime.js", location.href).href);
  globalThis.shared = way === "source" ? null : await runtime.fetchRuntime();
  if (way === "plain") shared.module = null;
  if (way === "snapshot") shared.snapshot = await runtime.storedSnapshot("bench");
}"""
START = """async ([way, count]) => {
  const begin = performance.now();
  globalThis.started = Array.from({length: count}, () => new Worker("bench/boot.worker.js", {type: "module"}));
  const ways = await Promise.all(started.map((worker) => new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = () => reject(new Error("the worker failed"));
    worker.postMessage({way, shared});
  })));
  return {milliseconds: performance.now() - begin, ways};
}"""
STORE = """async () => {
  const worker = new Worker("worker/python.worker.js", {type: "module"});
  const at = (path) => import(new URL(path, location.href).href);
  const [Comlink, runtime] = [await at("./vendor/comlink.mjs"), await at("./worker/shared/runtime.js")];
  const snapshot = await Comlink.wrap(worker).makeSnapshot(await runtime.fetchRuntime());
  await runtime.storeSnapshot("bench", snapshot);
}"""


def make_site(folder: Path) -> None:
    """The built site with the bench's worker, and Pyodide as its package comes."""
    shutil.copytree(ROOT / "dist", folder, dirs_exist_ok=True)
    shutil.copytree(ROOT / "vendor" / "pyodide", folder / "bench" / "source")
    shutil.copyfile(Path(__file__).with_name("boot.worker.js"), folder / "bench" / "boot.worker.js")
    [wheel] = (ROOT / "vendor" / "wheels").glob("pydicom-*.whl")
    packages = folder / "bench" / "source" / "packages.zip"
    shutil.copyfile(wheel, packages)
    with zipfile.ZipFile(packages, "a", zipfile.ZIP_DEFLATED) as archive:
        for path in (ROOT / "py" / "dicom_deid").rglob("*"):
            if path.suffix in (".py", ".json"):
                archive.write(path, path.relative_to(ROOT / "py"))


def tab_memory(profile: Path) -> float:
    """MB (PSS) of the processes that run pages of the browser with this profile."""
    total = 0
    for process in page_processes(profile):
        try:
            total += pss(process)
        except (OSError, StopIteration):  # it ended meanwhile
            continue
    return total / 1000


def page_processes(profile: Path) -> list[Path]:
    """Those that run pages; the browser's own controls are pages too (top-chrome-webui), and are left out."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            runs_pages = b"--type=renderer" in command and b"--top-chrome-webui" not in command
            if runs_pages and str(profile).encode() in browser_of(process):
                found.append(process)
        except (OSError, StopIteration):  # it ended meanwhile
            continue
    return found


def browser_of(process: Path) -> bytes:
    """The command line of the browser that a page's process belongs to, up its parents."""
    commands = b""
    while process.name not in ("0", "1"):
        commands += (process / "cmdline").read_bytes()
        parent = next(line for line in (process / "status").read_text().splitlines() if line.startswith("PPid:"))
        process = Path("/proc", parent.split()[1])
    return commands


def pss(process: Path) -> int:
    """kB, a page of memory shared by n processes counting 1/n."""
    rollup = (process / "smaps_rollup").read_text().splitlines()
    return int(next(line for line in rollup if line.startswith("Pss:")).split()[1])


def open_page(playwright: Playwright, profile: Path, url: str) -> tuple[BrowserContext, Page]:
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=install_browser(), args=[*CHROMIUM_ARGUMENTS, "--renderer-process-limit=1"]
    )
    page = context.pages[0]
    page.goto(f"{url}version.json")
    return context, page


def measure(playwright: Playwright, profile: Path, url: str, way: str, count: int) -> tuple[float, float, float]:
    """Milliseconds, MB per worker, and MB of what they share."""
    context, page = open_page(playwright, profile, url)
    blank = settled_memory(context, page, profile)
    page.evaluate(PREPARE, way)
    before = settled_memory(context, page, profile)
    result = page.evaluate(START, [way, count])
    assert result["ways"] == [way] * count, result
    after = settled_memory(context, page, profile)
    context.close()
    return result["milliseconds"], (after - before) / count, before - blank


def settled_memory(context: BrowserContext, page: Page, profile: Path) -> float:
    """MB after the page has cleared up."""
    context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    time.sleep(SETTLED_SECONDS)
    return tab_memory(profile)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    install_browser()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        make_site(Path(scratch, "site"))
        profile = Path(scratch, "profile")
        with serving(Path(scratch, "site")) as server:
            context, page = open_page(playwright, profile, server.url)
            page.evaluate(STORE)
            context.close()
            say("| how a worker starts | workers | ready after, ms | MB per worker | MB shared |")
            say("| --- | --- | --- | --- | --- |")
            for way, words in WAYS.items():
                for count in options.workers:
                    runs = [measure(playwright, profile, server.url, way, count) for _ in range(options.repeats)]
                    median = (f"{statistics.median(values):.0f}" for values in zip(*runs, strict=True))
                    say(f"| {words} | {count} | {' | '.join(median)} |")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
