"""The answer key: for one instance and the chosen options, the list of what its output must be, in the MIDI-B form."""

from __future__ import annotations

from collections.abc import Iterator

import cases
import expected
import storing
from base import GANTRY, SERIAL, STATION, Study
from check import Check, Options, Path
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

DEVICE_OR_MODIFIED = frozenset(("retain-device-identity", "retain-modified-dates"))


def leaves(dataset: Dataset, path: Path = ()) -> Iterator[tuple[Path, Dataset]]:
    """The path of each standard element that is no sequence, and the data set it stands in; pixel data excepted."""
    for element in dataset:
        keyword = keyword_for_tag(element.tag)
        if element.tag.is_private or element.tag.group & 0xFF00 == 0x6000 or keyword in ("", "PixelData"):
            continue
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from leaves(item, (*path, keyword, number))
        else:
            yield (*path, keyword), dataset


def key_of(study: Study, kind: str, source: Dataset, options: Options) -> list[Check]:
    """All checks of one instance that look at single values; judge.py adds those that look at the file and the set."""
    checks = [Check("tag_retained", (word,)) for word in (*expected.REQUIRED[""], *expected.REQUIRED.get(kind, ()))]
    checks += [Check("text_notnull", (word,)) for word in (*expected.FILLED[""], *expected.FILLED.get(kind, ()))]
    examples = [check for case in cases.of(kind) for check in case.checks(study, options)]
    checks += examples
    covered = {check.path for check in examples}
    for path, item in leaves(source):
        if path in covered:
            continue
        value = item[str(path[-1])].value
        if value not in ("", None, []):
            checks += element_checks(study, path, value, options)
    if "clean-structured-content" in options and "ContentSequence" in source:
        checks += content_checks(study, source, options)
    if "clean-graphics" in options and "GraphicAnnotationSequence" in source:
        kept = ("LAYER1", "PIXEL", *(("nodule",) if "clean-descriptors" in options else ()))
        checks += [Check("graphics_retained", ("GraphicAnnotationSequence",), word) for word in kept]
    return checks


def element_checks(study: Study, path: Path, value: object, options: Options) -> list[Check]:
    """The demand on one value."""
    keyword = str(path[-1])
    if keyword in expected.CHANGED_FREELY or keyword in expected.MARKERS:
        return []
    steps = {step for step in path[:-1] if isinstance(step, str)}
    conditional = [step for step in steps if step in expected.CONDITIONAL_SEQUENCES]
    if steps & (expected.REMOVED_SEQUENCES | expected.DUMMY_SEQUENCES) or conditional:
        return inner_checks(path, value)
    return fate(study, path, value, options)


def fate(study: Study, path: Path, value: object, options: Options) -> list[Check]:
    """The demand of the profile and its options on a value that stands in the open."""
    keyword = str(path[-1])
    gone, stays = [Check("text_removed", path, value)], [Check("text_retained", path, value)]
    if keyword in expected.PSEUDONYMS or keyword in expected.IDENTITY:
        return gone
    if keyword in expected.UIDS:
        return uid_checks(study, path, str(value), options)
    if keyword in expected.DATES | expected.TIMES:
        return dated(path, value, options, gone, stays)
    if keyword in expected.DEVICE_DATES:
        if "retain-modified-dates" in options:  # by other weeks than those of the patient, also where both options meet
            return [] if keyword.startswith("Time") else [*gone, Check("text_notnull", path, value)]
        return stays if keeps_device_dates(options) else gone
    for words, option in (
        (expected.DEVICE, "retain-device-identity"),
        (expected.INSTITUTION, "retain-institution-identity"),
        (expected.CHARACTERISTICS, "retain-patient-characteristics"),
    ):
        if keyword in words:
            return stays if option in options else gone
    if keyword in expected.DESCRIPTORS and "clean-descriptors" not in options:
        return gone
    if keyword in expected.DESCRIPTORS | expected.LABELS:
        return cleaned(study, path, str(value), options)
    return stays


def uid_checks(study: Study, path: Path, uid: str, options: Options) -> list[Check]:
    """A UID that tells the day is not retained where dates are shifted: it would tell the shift (rule 6)."""
    fault = "dated UIDs" if uid == study.dated_uid else ""
    if "retain-uids" not in options or (fault and "retain-modified-dates" in options):
        return [Check("uid_changed", path, uid, fault)]
    return [Check("text_retained", path, uid, fault)]


def keeps_device_dates(options: Options) -> bool:
    """Where Device Identity meets Modified Dates the date is shifted: kept, it would give the offset away (rule 6)."""
    return "retain-full-dates" in options or options & DEVICE_OR_MODIFIED == {"retain-device-identity"}


def dated(path: Path, value: object, options: Options, gone: list[Check], stays: list[Check]) -> list[Check]:
    if "retain-full-dates" in options:
        return stays
    if "retain-modified-dates" in options:
        return stays if path[-1] in expected.TIMES else [Check("date_shifted", path, value)]
    return gone


def cleaned(study: Study, path: Path, value: str, options: Options) -> list[Check]:
    """A text that stays, its clinical words with it, and nothing that names anybody."""
    keyword, lower = str(path[-1]), value.lower()
    words = [word for word in expected.WORDS.get(keyword, ()) if word in lower]
    words += [study.person.clinical.lower()] if keyword in expected.FINDINGS else []
    checks = [Check("words_retained", path, word) for word in words if word in lower]
    named = {*study.person.all_names, study.accession, study.person.phone}
    named |= {study.person.patient_id} if study.person.is_named else set()
    if "retain-patient-characteristics" not in options:
        named.add(f"{int(study.person.age[:3])}{study.person.sex}")
    return checks + [Check("words_removed", path, word) for word in sorted(named) if word.lower() in lower]


def inner_checks(path: Path, value: object) -> list[Check]:
    """Inside a sequence that goes, or whose content becomes dummies: persons, numbers and UIDs are not left there."""
    keyword = str(path[-1])
    if keyword in expected.PSEUDONYMS | expected.IDENTITY | expected.INSTITUTION:
        return [Check("text_removed", path, value)]
    return []


def content_checks(study: Study, source: Dataset, options: Options) -> list[Check]:
    """Items that Clean Structured Content keeps: measurements, codes, references, text with Clean Descriptors."""
    checks = [Check("content_retained", ("ContentSequence",), "IMAGE")]
    if source.Modality == "SR":
        checks += [Check("content_retained", ("ContentSequence",), what) for what in ("14.5", "39607008", "410668003")]
    if "clean-descriptors" in options:
        checks.append(Check("content_retained", ("ContentSequence",), study.person.clinical))
    return checks


def planted(study: Study, options: Options) -> set[str]:
    """Every string of the instance that must not be left anywhere in its output, in any encoding."""
    person = study.person
    found = {*person.all_names, person.other_id, person.phone, person.address, study.accession, person.issuer}
    found |= {person.patient_id} if person.is_named else set()
    found |= {cases.WARD_KEY, *cases.unseen(study)}
    found |= {study.accession[3:8] and f"STDY{study.accession[3:8]}", person.birth_date, "RPQ-4410", "SPS-4411"}
    found |= {"PPS-4412", "STAFF-9921", "RIS-ZEPHYR", "OVERLAYS", "ZEPHYR PADDING", storing.SOURCE_AE}
    found |= {storing.BEHIND.decode(), storing.PRIVATE_META.decode(), "tPatientName"}
    if "retain-institution-identity" not in options:
        found |= {person.institution, person.institution[:20]}
    if "retain-device-identity" not in options:
        found |= {STATION, SERIAL, GANTRY, "PLATE-5512-K", "DET-0991-Q", "CAPTURE-PC-118", "LINAC-ZEPHYR-2"}
    if "retain-full-dates" not in options:
        found |= {*study.days, f"{study.date[:4]}-{study.date[4:6]}-{study.date[6:]}", "20181130"}
    if keeps_device_dates(options):
        found -= {"20181130"}
    found -= cases.TERMS
    return {text for text in found if len(text) >= (4 if text.isascii() else 2)}
