"""The library of a real server, by clicks: index, search, pictures, viewer, and a link that a colleague opens."""

import io
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
import pytest
from conftest import visiting
from dicom_deid.serve.start import Running, Settings
from journey import READY, Journey
from made import UID, ct, to_bytes
from playwright.sync_api import Locator, expect
from runs import RunFolder, native_run
from test_access import found_by_axe, look_at

if TYPE_CHECKING:
    from conftest import Launch, Observed, Server
    from playwright.sync_api import BrowserContext, Page

NAMES = ("Okonkwo^Adaeze", "Heron^Ardea")
SLICES = 5
SIDE = 32  # pixels
PHONE = {"width": 390, "height": 844}


def write_slice(root: Path, patient: int, number: int) -> None:
    pixels = bytes((at * (number + 1) >> 3) & 255 for at in range(2 * SIDE * SIDE))
    dataset = ct(
        SOPInstanceUID=f"{UID}.{patient}.5.{number}",
        SeriesInstanceUID=f"{UID}.{patient}.2",
        StudyInstanceUID=f"{UID}.{patient}.1",
        PatientName=NAMES[patient],
        PatientID=f"MRN-{patient}",
        SeriesDescription=("Thorax", "Abdomen")[patient],
        InstanceNumber=str(number),
        Rows=SIDE,
        Columns=SIDE,
        PixelData=pixels,
    )
    path = root / f"patient {patient}" / f"{number}.dcm"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_bytes(dataset))


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("library") / "archive"
    for patient in range(len(NAMES)):
        for number in range(SLICES):
            write_slice(root, patient, number)
    return root


@pytest.fixture(scope="module")
def run(originals: Path) -> RunFolder:
    return native_run(originals, originals.parent / "results", status=0)


@contextmanager
def served(site: Path, tmp_path: Path, *folders: Path) -> Iterator[Running]:
    """A server of the built page, with indexes and links of this test's own place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
        running = Running(Settings(site, tmp_path / "share", list(folders)))
        thread = threading.Thread(target=running.serve)
        thread.start()
        try:
            yield running
        finally:
            running.end()
            thread.join()


def address(running: Running) -> str:
    """The address that `dicom-deid serve` prints."""
    return f"http://127.0.0.1:{running.port}/#server={running.served.guard.sessions.secret}"


def rows(journey: Journey) -> Locator:
    return journey.page.locator("series-table .series-body [role=row]")


def find(journey: Journey, words: str) -> Locator:
    """The one row that a search finds."""
    journey.page.get_by_label("Search the series").fill(words)
    expect(rows(journey)).to_have_count(1)
    return rows(journey).first


def links(journey: Journey) -> Locator:
    return journey.page.locator("shared-links li[data-number]")


def fetched(phone: "Page", url: str, passcode: str) -> dict[str, pydicom.Dataset]:
    """What a colleague gets of a link: the files, by name."""
    phone.goto(url)
    phone.get_by_label(re.compile("passcode", re.IGNORECASE)).fill(passcode)
    with phone.expect_download() as downloading:
        phone.get_by_role("button", name=re.compile("download", re.IGNORECASE)).click()
    content = Path(downloading.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: pydicom.dcmread(io.BytesIO(archive.read(name))) for name in archive.namelist()}


def test_a_series_is_found_shared_and_fetched_whole(
    launch: "Launch", observed: "Observed", site: Path, originals: Path, run: RunFolder, tmp_path: Path
) -> None:
    """Acceptance B: search, link, download; as many files as the index says, with the headers of the series."""
    wanted = run.rows[0]
    with served(site, tmp_path, originals, run.root) as running:
        context = launch()
        observed.watch(context)
        journey = Journey(context.pages[0])
        journey.page.goto(address(running))
        expect(journey.page.get_by_role("heading", name="Library")).to_be_visible(timeout=READY)
        assert "server=" not in journey.page.url
        folders = journey.page.locator("library-panel [data-part=folders] li")
        expect(folders).to_have_text([re.compile("archive.*Originals"), re.compile("results.*De-identified")])

        write_slice(originals, 0, SLICES)  # what came since is read when that is asked for
        journey.button("Look for changes").click()
        expect(folders.first).to_contain_text(f"{2 * SLICES + 1} files, 2 series")
        look_at(journey)

        journey.button("Find series").click()
        expect(rows(journey)).to_have_count(4)
        journey.button("Pictures").click()
        expect(rows(journey).locator("img[src]").first).to_be_visible()
        row = find(journey, f"patient:{wanted['patient_id']}")
        expect(row).to_contain_text(f"{SLICES} files")
        row.get_by_role("button", name=re.compile("^Look")).click()
        viewer = journey.page.locator("series-viewer")
        expect(viewer.locator("canvas").first).to_be_visible(timeout=READY)
        viewer.get_by_role("button", name="Close").click()

        row.get_by_role("checkbox").check()
        journey.button("Share these").click()
        share = journey.page.get_by_role("dialog", name="Share series")
        expect(share).to_contain_text(f"1 series, {SLICES} files")
        share.get_by_label("Note for your list of links").fill("for a colleague")
        look_at(journey)
        assert found_by_axe(journey) == []
        share.get_by_role("button", name="Make the link").click()
        expect(share.get_by_role("status")).to_contain_text(f"{SLICES} files")
        url = share.get_by_label("Address of the link").input_value()
        passcode = share.get_by_label("Passcode", exact=True).input_value()
        phone = launch(viewport=PHONE, is_mobile=True).pages[0]
        files = fetched(phone, url, passcode)
        assert len(files) == SLICES
        assert {file.SeriesInstanceUID for file in files.values()} == {wanted["series_instance_uid"]}
        outputs = {pydicom.dcmread(io.BytesIO(content)).SOPInstanceUID for content in run.outputs.values()}
        assert {file.SOPInstanceUID for file in files.values()} <= outputs

        share.get_by_role("button", name="Close").click()
        assert journey.page.locator("#share-url").input_value() == ""
        journey.page.locator("series-search").get_by_role("button", name="Close").click()
        expect(links(journey)).to_contain_text("for a colleague")
        expect(links(journey)).to_contain_text("Downloaded once")
        look_at(journey)
        assert found_by_axe(journey) == []
        links(journey).get_by_role("button", name="Revoke").click()
        journey.page.locator("ask-first").get_by_role("button", name="Revoke").click()
        expect(links(journey)).to_contain_text("Revoked")
        phone.goto(url)
        expect(phone.get_by_label(re.compile("passcode", re.IGNORECASE))).to_be_hidden()

        journey.page.reload()  # the cookie is still there, and what was told once is not
        expect(links(journey)).to_contain_text("Revoked", timeout=READY)
        assert passcode not in journey.page.content()
        context.close()
    assert [error for error in observed.errors if "404" not in error] == []
    assert observed.elsewhere(f"http://127.0.0.1:{running.port}/") == []


def test_originals_go_through_the_policy_on_their_way(
    launch: "Launch", site: Path, originals: Path, tmp_path: Path
) -> None:
    with served(site, tmp_path, originals) as running:
        journey = Journey(launch().pages[0])
        journey.page.goto(address(running))
        journey.button("Look for changes").click(timeout=READY)
        journey.button("Find series").click()  # partial results come while headers are read
        find(journey, "heron").get_by_role("checkbox").check()
        journey.button("Share these").click()
        share = journey.page.get_by_role("dialog", name="Share series")
        expect(share).to_contain_text("which name patients")
        expect(share.get_by_label("De-identify on the way")).to_be_disabled()  # this server shares none as they are
        expect(share.get_by_label("De-identify on the way")).to_be_checked()
        share.get_by_label("By which policy").select_option(label="What is set in this page under What to keep")
        share.get_by_role("button", name="Make the link").click()
        expect(share.get_by_role("status")).to_contain_text(f"{SLICES} files", timeout=READY)
        url = share.get_by_label("Address of the link").input_value()
        passcode = share.get_by_label("Passcode", exact=True).input_value()
        files = fetched(launch().pages[0], url, passcode)
        assert len(files) == SLICES
        assert all("Heron" not in str(file.PatientName) and file.PatientID != "MRN-1" for file in files.values())


def test_who_is_not_signed_in_sees_nothing(launch: "Launch", site: Path, originals: Path, tmp_path: Path) -> None:
    with served(site, tmp_path, originals) as running:
        page = launch().pages[0]
        page.goto(f"http://127.0.0.1:{running.port}/#library")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=READY)
        expect(page.get_by_role("button", name="Find series")).to_be_hidden()


def test_a_static_page_has_no_library_and_asks_nobody(browser: "BrowserContext", server: "Server") -> None:
    requests: list[str] = []
    with visiting(browser, server) as journey:
        journey.page.on("request", lambda request: requests.append(request.url))
        journey.page.goto(f"{server.url}#library")
        journey.page.reload()
        journey.wait_for_python()
        expect(journey.page.get_by_role("heading", name="De-identify DICOM studies")).to_be_visible()
        expect(journey.page.get_by_role("link", name="Library")).to_be_hidden()
    assert requests
    assert [url for url in requests if "/api" in url or url.endswith("library.js")] == []
