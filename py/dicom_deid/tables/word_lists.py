"""Makes the word lists: names of months, words of code meanings and of PS3.6; called by generate.py."""

from __future__ import annotations

import importlib
import importlib.util
import re
from typing import Any

from pydicom._dicom_dict import DicomDictionary
from pydicom._uid_dict import UID_dictionary

from dicom_deid.deidentify.letters import fold

LANGUAGES = "en de fr es pt it nl pl cs ru uk el tr sv fi da nb ro hu ar he".split()  # noqa: SIM905 - one line
"""Those whose months have names; in Chinese, Japanese and Korean they are numbers."""


def months() -> dict[str, Any]:
    """The names of the months as {language: {"wide" or "abbreviated": 12 strings of its forms, separated by |}}."""
    if importlib.util.find_spec("babel") is None:
        raise SystemExit("The months come from the wheel of Babel: pip install babel==2.19.0")
    locale: Any = importlib.import_module("babel").Locale  # needed here alone

    rows: dict[str, dict[str, list[str]]] = {}
    for language in LANGUAGES:
        named = locale.parse(language).months
        rows[language] = {
            width: [
                "|".join(sorted({named[use][width][number].rstrip(".") for use in ("format", "stand-alone")}))
                for number in range(1, 13)
            ]
            for width in ("wide", "abbreviated")
        }
    return {"table": "CLDR Gregorian months, as in Babel 2.19.0", "rows": rows}


def meaning_words() -> dict[str, Any]:
    """The words of the code meanings of PS3.16, separated by blanks; but for those that are only written as names are.

    Meanings of scheme DCM have capitals throughout; those with a number may name an author. Breeds are left out: they
    bear the names of places.
    """
    known: Any = importlib.import_module("pydicom.sr._concepts_dict").concepts  # 3 MB, needed here alone
    meanings = {
        meaning
        for scheme in known.values()
        for codes in scheme.values()
        for meaning, _ in codes.values()
        if not re.search("breed|hybrid|organism", meaning)
    }
    found = {word for meaning in meanings for word in re.findall(r"[^\W\d_]{3,}", meaning) if word[0].islower()}
    titles = {
        meaning for codes in known["DCM"].values() for meaning, _ in codes.values() if not re.search(r"\d", meaning)
    }
    found |= {word for meaning in titles for word in re.findall(r"[^\W\d_]{3,}", meaning)}
    table = "PS3.16 code meanings, as in pydicom 3.0.2"
    return {"table": table, "words": " ".join(sorted({word.casefold() for word in found}))}


def vocabulary() -> dict[str, str]:
    """The words of PS3.6, names of attributes and of UIDs, as pydicom has them: folded, of four letters or more."""
    names = [entry[2] for entry in DicomDictionary.values()] + [entry[0] for entry in UID_dictionary.values()]
    words = {word for text in names for word in re.findall("[a-z]{4,}", fold(text))}
    return {"table": "PS3.6 names of attributes and UIDs, as in pydicom 3.0.2", "words": " ".join(sorted(words))}
