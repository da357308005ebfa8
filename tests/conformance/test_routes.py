"""Two routes, one result: real files through the page in a real browser, and through the command line."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom.data
import pytest
from conftest import SHARED_CORPUS
from dicom_deid.errors import reasons
from faults import faults
from journey import Journey
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError
from runs import RunFolder, native_run, source_ids, timeless, unpacked
from unnamed import sentences

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")  # the files are as odd as real ones

FOLDER = "Ward of Herons"  # a name that nothing else has
FAULTS = "faults of writers"  # not all of them can be read by pydicom
PIXELS = {"PixelData": 0x7FE00010, "FloatPixelData": 0x7FE00008, "DoubleFloatPixelData": 0x7FE00009}
LONGEST_TEXT = 10240  # characters of VR LT
NUMBERS = "numbers.zip"  # what checks numbers in free text
MANY = 100
EVERY = {"all allowed": 1, "rules in Python": 4}
"""How many files there are to one that is taken, by policy."""
AMONG_PIXELS = "parts of the pixel data that no picture shows"
MOST_EMPTIED = 1000  # bytes
SHORTEST_NAME = 5  # characters; shorter ones are found everywhere by chance

POLICY = """options = ["retain-modified-dates", "clean-descriptors"]

[[python]]
name = "a bit of everything"
may = ["K", "C", "D", "Z"]
code = '''
def rule(element, instance):
    if element.creator and element.vr == "LO":
        return "K"
    if element.keyword == "Modality" and element.value.startswith("RT"):
        raise ValueError(instance["PatientName"])
    if element.path == "KVP" and element.value:
        return ("D", "120")
    if instance.get("Modality") == "MR" and isinstance(element.value, str) and len(element.value) > 20:
        return "Z"
    return "C" if element.keyword == "AcquisitionDate" else None
'''
"""


@pytest.fixture(scope="module", params=EVERY)
def policy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def source(policy: str, corpus: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of the corpus in one folder, laid out as they were."""
    folder = tmp_path_factory.mktemp("source") / FOLDER
    bundled = Path(pydicom.data.__file__).parent
    for path in corpus[:: EVERY[policy]]:
        root = bundled if path.is_relative_to(bundled) else SHARED_CORPUS
        target = folder / root.name / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    write_free_text(folder / "free text")
    write_faults(folder / FAULTS, EVERY[policy])
    return folder


def write_free_text(folder: Path) -> None:
    """A slice for each language of the cohort in which nobody is named, with its sentences as a comment."""
    folder.mkdir()
    texts: dict[str, list[str]] = {}
    for sentence in sentences():
        texts.setdefault(sentence.language, []).append(sentence.text)
    for number, (language, found) in enumerate(sorted(texts.items()), 1):
        dataset = dcmread(str(pydicom.data.get_testdata_file("CT_small.dcm")))
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        dataset.ImageComments = "\r\n".join(found[::3])[:LONGEST_TEXT]
        dataset.save_as(folder / f"{language}.dcm")


def write_faults(folder: Path, every: int) -> None:
    """The faults of writers, which have one SOP Instance UID."""
    folder.mkdir()
    for name, (data, _) in list(faults().items())[::every]:
        (folder / f"{name}.dcm").write_bytes(data)


@dataclass(frozen=True)
class Routes:
    source: Path
    page: RunFolder
    command: RunFolder
    fetched: frozenset[str]
    """The names of the files that the page asked for."""
    reasons: frozenset[str] = frozenset()
    """Reasons that come of the policy."""
    many: int = MANY
    """At least so many of the corpus must be written."""

    @property
    def both(self) -> tuple[RunFolder, RunFolder]:
        return self.page, self.command

    def written(self) -> Iterator[tuple[Path, Path]]:
        """Source and output of each file that was written."""
        paths = source_ids(self.source)
        for row in self.command.rows:
            if row["status"] == "written":
                yield paths[row["source_id"]], self.command.root / row["output_path"]


@pytest.fixture(scope="module")
def routes(
    policy: str,
    source: Path,
    browser: "BrowserContext",
    server: "Server",
    tmp_path_factory: pytest.TempPathFactory,
) -> Routes:
    folder = tmp_path_factory.mktemp("routes")
    page, fetched = browser.new_page(), set[str]()
    page.on("request", lambda request: fetched.add(request.url.rpartition("/")[2]))
    page.goto(server.url)
    journey = Journey(page)
    journey.drop(source)
    options: list[str] = []
    if policy == "all allowed":
        options = ["--pass-burned-in", "--allow-sop-class", ",".join(journey.allow_everything())]
    if policy == "rules in Python":
        file = folder / "policy.toml"
        file.write_text(POLICY, encoding="utf-8")
        journey.load_policy(file)
        options = ["--policy", str(file), "--run-code"]
    ended = journey.run()
    assert ended.how == "Done"
    archive = journey.download("Download results ZIP", folder)
    page.close()
    command = native_run(source, folder / "command", *options)
    reasons = frozenset(("RULE_FAILED",)) if "--run-code" in options else frozenset[str]()
    run = unpacked(archive, folder / "page")
    return Routes(source, run, command, frozenset(fetched), reasons, MANY // EVERY[policy])


def test_every_file_has_one_row_and_every_written_row_its_file(routes: Routes) -> None:
    for run in routes.both:
        assert sorted(row["source_id"] for row in run.rows) == sorted(source_ids(routes.source))
        run.check()
    assert {row["reason"] for row in routes.command.rows} >= routes.reasons
    statuses = {row["status"] for row in routes.command.rows}
    assert statuses >= {"written", "skipped", "failed"}


def test_both_routes_say_and_write_the_same(routes: Routes) -> None:
    assert timeless(routes.page.rows) == timeless(routes.command.rows)
    ours, theirs = routes.page.outputs, routes.command.outputs
    assert ours.keys() == theirs.keys()
    assert [path for path in ours if ours[path] != theirs[path]] == []
    for name in ("plan.json", "conformance.md"):
        assert (routes.page.root / name).read_bytes() == (routes.command.root / name).read_bytes()


def test_what_checks_numbers_is_fetched_where_the_policy_cleans_descriptors(routes: Routes) -> None:
    assert "manifest.json" in routes.fetched
    assert (NUMBERS in routes.fetched) == bool(routes.reasons)


def raw_pixels(dataset: Dataset) -> dict[str, bytes]:
    """The value fields of the pixel data, as they are in the file."""
    return {name: dataset.get_item(tag).value for name, tag in PIXELS.items() if tag in dataset}


def test_every_output_reads_back_with_its_own_pixel_bytes(routes: Routes) -> None:
    pairs = [(original, output) for original, output in routes.written() if original.parent.name != FAULTS]
    assert len(pairs) > routes.many
    ids = {path: source_id for source_id, path in source_ids(routes.source).items()}
    for original, output in pairs:
        before, after = dcmread(original, force=True), dcmread(output)
        if f"{ids[original]} {AMONG_PIXELS}" in routes.command.log:
            assert only_emptied(before.PixelData, after.PixelData), original.name
        else:
            assert raw_pixels(after) == raw_pixels(before), original.name
        assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID
        assert after.PatientIdentityRemoved == "YES"


def only_emptied(before: bytes, after: bytes) -> bool:
    """Whether a few bytes have become zeros, and nothing else has changed."""
    changed = [one for one, other in zip(after, before, strict=True) if one != other]
    return 0 < len(changed) < MOST_EMPTIED and not any(changed)


def names_of(path: Path) -> set[str]:
    """The Patient ID of a file, if pydicom can read it."""
    try:
        dataset = dcmread(path, specific_tags=["PatientName", "PatientID"], stop_before_pixels=True, force=True)
        texts = [str(dataset.get(name) or "").strip() for name in ("PatientName", "PatientID")]
    except (InvalidDicomError, NotImplementedError, ValueError, TypeError, AttributeError, EOFError):
        return set()
    return set(texts)


def found(words: set[str], text: str) -> set[str]:
    """Which of these occur as words of their own: a short number can be found by chance within a long one."""
    any_of = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if len(word) >= SHORTEST_NAME)
    return set(re.findall(rf"(?<!\w)(?:{any_of})(?!\w)", text, re.IGNORECASE))


def test_log_and_audit_name_no_patient_and_no_path(routes: Routes) -> None:
    sources = [path for path in routes.source.rglob("*") if path.is_file() and path.parent.name != FAULTS]
    names = set().union(*map(names_of, sources))
    parts = {FOLDER, *(part for path in sources for part in path.relative_to(routes.source).parts)}
    parts -= reasons().keys()  # DICOMDIR is the name of a file and of a reason
    assert len(names) > routes.many // 5
    for run in routes.both:
        for text in (run.audit, run.log, (run.root / "plan.json").read_text(encoding="utf-8")):
            assert found(names | parts, text) == set()


def test_no_output_is_named_after_its_source(routes: Routes) -> None:
    sources = [path.relative_to(routes.source) for path in routes.source.rglob("*")]
    parts = {part.casefold() for path in sources for name in path.parts for part in (name, Path(name).stem)}
    for run in routes.both:
        outputs = {part.casefold() for path in run.outputs for part in Path(path).with_suffix("").parts}
        assert outputs & parts == set()
