"""The page and a real Orthanc: behind the server of the page, and at another origin behind a proxy with CORS."""

import csv
import http.client
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from conftest import Observed, serving
from dicom_deid.serve.start import Running, Settings
from journey import READY, Journey
from made import UID, ct, to_bytes
from orthanc import PASSWORD, USER, Orthanc
from orthanc import running as orthanc_running
from playwright.sync_api import Locator, expect
from sitebuild.page import offering
from test_access import found_by_axe, look_at

if TYPE_CHECKING:
    import httpx
    from conftest import Launch
    from playwright.sync_api import Page

SERIES, SLICES = 2, 22
FILES = SERIES * SLICES
"""Three batches."""
KILLED_AT = 3
"""The request with files at which the PACS is killed."""


def slice_of(series: int, number: int) -> bytes:
    image = ct(
        SOPInstanceUID=f"{UID}.{series}.5.{number}", SeriesInstanceUID=f"{UID}.{series}", StudyInstanceUID=f"{UID}.1",
        PatientID="MRN-4711", PatientName="Heron^Ardea", InstanceNumber=str(number), Rows=64, Columns=64,
        PixelData=bytes(at % 251 for at in range(2 * 64 * 64)), StudyDate="20260102", ModalitiesInStudy="CT",
    )  # fmt: skip
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    return to_bytes(image)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pacs") / "archive"
    folder.mkdir()
    for series in range(SERIES):
        for number in range(SLICES):
            (folder / f"{series}-{number:02}.dcm").write_bytes(slice_of(series, number))
    return folder


@pytest.fixture
def orthanc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Orthanc]:
    monkeypatch.setenv("DICOM_DEID_USER", USER)
    monkeypatch.setenv("DICOM_DEID_PASSWORD", PASSWORD)
    with orthanc_running(tmp_path / "orthanc") as server:
        yield server


@contextmanager
def served(site: Path, tmp_path: Path, orthanc: Orthanc) -> Iterator[Running]:
    """`dicom-deid serve --pacs`."""
    with patch.dict("os.environ", {"XDG_DATA_HOME": str(tmp_path / "home")}):
        running = Running(Settings(site, tmp_path / "share", pacs=orthanc.web))
        thread = threading.Thread(target=running.serve)
        thread.start()
        try:
            yield running
        finally:
            running.end()
            thread.join()


class Cors(BaseHTTPRequestHandler):
    """What an administrator puts before a PACS for pages of one other origin."""

    protocol_version = "HTTP/1.1"
    origin, port = "", 0

    def do_OPTIONS(self) -> None:
        self.answer(204, {"Access-Control-Allow-Headers": "authorization, content-type, accept"}, b"")

    def do_GET(self) -> None:
        self.passed(None)

    def do_POST(self) -> None:
        self.passed(self.rfile.read(int(self.headers["Content-Length"])))

    def passed(self, body: bytes | None) -> None:
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        names = ("Accept", "Content-Type", "Authorization")
        there.request(
            self.command, self.path, body, {name: self.headers[name] for name in names if name in self.headers}
        )
        got = there.getresponse()
        self.answer(got.status, {"Content-Type": got.headers.get("Content-Type", "")}, got.read())
        there.close()

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        allowed = {"Access-Control-Allow-Origin": self.origin, "Content-Length": str(len(body))}
        for name, value in (headers | allowed).items():
            if value and not (status == 204 and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def cors_proxy(orthanc: Orthanc) -> Iterator[tuple[str, type[Cors]]]:
    class Before(Cors):
        port = orthanc.http_port

    server = ThreadingHTTPServer(("127.0.0.1", 0), Before)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/dicom-web", Before
    finally:
        server.shutdown()
        server.server_close()


def sending(page: "Page") -> Locator:
    return page.get_by_role("dialog", name="Send to a PACS")


def ledger(page: "Page", folder: Path) -> dict[str, str]:
    """What sent.csv says last of each instance."""
    with page.expect_download() as downloading:
        sending(page).get_by_role("button", name="Ledger CSV").click()
    target = folder / "sent.csv"
    downloading.value.save_as(target)
    with target.open(encoding="utf-8", newline="") as file:
        return {row["sop_instance_uid"]: row["state"] for row in csv.DictReader(file)}


def test_results_are_sent_though_the_pacs_is_killed_and_what_is_there_does_not_go_again(
    launch: "Launch", observed: Observed, site: Path, originals: Path, orthanc: Orthanc, tmp_path: Path
) -> None:
    posts: list[str] = []

    def killing(request: "httpx.Request") -> None:
        posts.extend([request.method] if request.method == "POST" else [])
        if len(posts) == KILLED_AT and request.method == "POST":
            orthanc.kill()

    with served(site, tmp_path, orthanc) as server:
        assert server.served.pacs
        server.served.pacs._client.event_hooks = {"request": [killing]}
        context = launch()
        observed.watch(context)
        journey, page = Journey(context.pages[0]), context.pages[0]
        page.goto(server.opening)
        expect(page.get_by_role("heading", name="Library")).to_be_visible(timeout=READY)
        journey.view("De-identify")
        expect(page.get_by_text("Nothing leaves this computer but what you send.")).to_be_visible()
        journey.drop(originals)
        assert journey.run().written == FILES
        journey.button("Send to the PACS…").click()
        dialog = sending(page)
        expect(dialog).to_contain_text(f"{FILES} files")
        expect(dialog).to_contain_text("of 1 patient in 1 study, under pseudonyms")
        expect(dialog.get_by_label("Password")).to_be_hidden()
        dialog.get_by_role("button", name="Send", exact=True).click()
        expect(dialog).to_contain_text("The PACS cannot be reached. Trying again…")
        orthanc.start()
        expect(dialog.get_by_role("status")).to_have_text(f"Sent: all {FILES} files are confirmed by the PACS.")
        assert found_by_axe(journey) == []
        states = ledger(page, tmp_path)
        assert set(states.values()) == {"confirmed"}
        assert sorted(states) == orthanc.instances()
        dialog.get_by_role("button", name="Close").click()

        # After a reload, what is confirmed does not go again.
        before = len(posts)
        page.reload()
        journey.view("Runs")
        journey.page.get_by_role("button", name=re.compile("^Send of dicom-deid")).click()
        expect(dialog).to_contain_text(f"{FILES} of them are there already.")
        expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_disabled()
        assert len(posts) == before
        assert observed.elsewhere(server.address) == []


def test_studies_of_a_pacs_elsewhere_are_found_taken_and_de_identified(
    launch: "Launch", site: Path, originals: Path, orthanc: Orthanc, tmp_path: Path
) -> None:
    for path in sorted(originals.iterdir()):
        orthanc.add(path.read_bytes())
    with cors_proxy(orthanc) as (address, proxy):
        place = tmp_path / "dist"
        shutil.copytree(site, place)
        (place / "index.html").write_text(offering((site / "index.html").read_text("utf-8"), address), "utf-8")
        with serving(place) as server:
            proxy.origin = server.url.rstrip("/")
            page = launch().pages[0]
            journey = Journey(page)
            page.goto(server.url)
            journey.wait_for_python()
            journey.button("From a PACS…").click()
            dialog = page.get_by_role("dialog", name="Studies of a PACS")
            find = dialog.get_by_role("button", name="Find")
            find.click()
            expect(dialog).to_contain_text("The query names nothing to look for.")
            dialog.get_by_label("Patient’s name").fill("her")
            dialog.get_by_text("Where", exact=False).first.click()
            dialog.get_by_label("User").fill(USER)
            dialog.get_by_label("Password").fill("wrong")
            find.click()
            expect(dialog).to_contain_text("The PACS does not accept the user or the password.")
            dialog.get_by_label("Password").fill(PASSWORD)
            find.click()
            expect(dialog.get_by_role("listitem")).to_contain_text(["Heron Ardea"])
            dialog.get_by_role("checkbox", name=re.compile("Heron")).check()
            look_at(journey)
            dialog.get_by_role("button", name="Take 1 study").click()
            journey.wait_for_scan()
            expect(page.locator("choose-panel [data-part=picked]")).to_have_text("1 study of the PACS")
            assert journey.run().written == FILES
            run = journey.results(tmp_path / "results")
            assert len(run.outputs) == FILES
            assert b"Heron^Ardea" not in b"".join(run.outputs.values())
            # Sent back, they lie beside the originals under UIDs of their own.
            journey.button("Send to the PACS…").click()
            sending(page).get_by_role("button", name="Send", exact=True).click()
            expect(sending(page).get_by_role("status")).to_contain_text(f"all {FILES} files are confirmed")
            assert len(orthanc.instances()) == 2 * FILES
            assert server.violations == []
