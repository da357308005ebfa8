"""A folder of many files for tests that disturb a run, and a run's progress to the file."""

import io
import os
import shutil
from pathlib import Path

from journey import Journey
from pydicom import dcmread
from pydicom.data import get_testdata_file

INSTANCES = 430
REPEATS = 20  # files with the SOP Instance UID of another
NOTES = 20  # files that are not DICOM
# The page then keeps no handle. With one, the browser would ask the person for leave to use it again, and one without a
# window could ask nobody.
WITHOUT_HANDLES = "delete globalThis.showDirectoryPicker"
WRITTEN = INSTANCES + REPEATS
FILES = WRITTEN + NOTES


def many_files(folder: Path) -> Path:
    """Many instances, some twice, and some notes between them."""
    folder.mkdir(parents=True)
    image, first, made = dcmread(str(get_testdata_file("CT_small.dcm"))), "1.2.3.1000", io.BytesIO()
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = first
    image.save_as(made)
    for number in range(INSTANCES):
        uid = f"1.2.3.{1000 + number}"  # of the same length
        (folder / f"{number:04}.dcm").write_bytes(made.getvalue().replace(first.encode(), uid.encode()))
    for number in range(REPEATS):
        shutil.copyfile(folder / f"{number * 7:04}.dcm", folder / f"{number * 11:04} again.dcm")
    for number in range(NOTES):
        (folder / f"{number * 23:04} note.txt").write_text("a note")
    return folder


def copies(folder: Path, name: str, number: int) -> Path:
    """So many files of pydicom's file of that name; they share their bytes on the disk."""
    first = folder / "0000.dcm"
    shutil.copyfile(str(get_testdata_file(name)), first)
    for copy in range(1, number):
        os.link(first, folder / f"{copy:04}.dcm")
    return folder


def choose(journey: Journey, folder: Path) -> None:
    """Chooses a folder by upload, as in a browser that gives files and no handles."""
    journey.page.bring_to_front()
    with journey.page.expect_file_chooser() as chosen:
        journey.button("Choose folder").click()
    chosen.value.set_files(folder)


def start_and_wait(journey: Journey, beyond: int) -> None:
    """Starts a run of what was chosen, and returns as soon as more than so many files are done."""
    journey.wait_for_python()
    journey.wait_for_scan()
    journey.set_passphrase()
    journey.start()
    wait_for_files(journey, beyond)


def wait_for_files(journey: Journey, beyond: int) -> None:
    journey.page.evaluate(f"""async () => {{
      while (document.querySelector("run-panel [data-part=progress]").value <= {beyond})
        await new Promise((done) => setTimeout(done, 5));
    }}""")
