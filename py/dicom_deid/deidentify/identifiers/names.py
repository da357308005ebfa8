"""Names of persons: their parts, as far as these are searched for, and the ways in which people write them."""

from __future__ import annotations

import re
from itertools import chain

from dicom_deid.deidentify.identifiers.numbers import numbers_in
from dicom_deid.deidentify.identifiers.transcriptions import transcriptions
from dicom_deid.deidentify.letters import fold
from dicom_deid.deidentify.suspects.languages import everywhere
from dicom_deid.deidentify.vocabulary import is_written, ordinary
from dicom_deid.normal_form import normal_form
from dicom_deid.profile import words

MIN_NAME = 3
"""Least number of letters of a part of a name that is searched for; shorter ones occur in half of all words."""
IDEOGRAPHS = "\u1100"
"""The first letter of the scripts in which a letter is a syllable or a word (Hangul, Kana, Han).

There, two letters are enough for a name. Two letters of other scripts occur by chance, above all where a name is read
in a wrong character set.
"""
MIN_UMLAUT = 5
"""Least number of letters of a part whose ae, oe and ue are also searched for as umlauts: Mueller, Müller."""
GAPS = (" ", "", ", ", ",", "^", "_", "-", ".", "/", ";", "+", "&", "|", "~", ":", "=", "; ", " / ")
"""Separators of the parts of a name that is searched for as a whole."""
TITLED = "dr "
"""Stands before a short name for any title: such a name is searched for behind one."""
ADDRESSES = (
    "先生", "女士", "小姐", "太太", "医生", "医师", "大夫", "主任", "教授", "护士", "醫生", "醫師", "護士", "医師",
    "様", "さま", "さん", "氏", "殿", "씨", "님", "선생", "교수", "의사", "환자", "간호사",
)  # fmt: skip
"""Titles and words of address that follow a name of one ideograph."""
LONGEST_WHOLE = 6
"""Most ideographs of a name whose parts are not told apart; elsewhere a blank may stand between any two."""
CAMEL = "[A-Z][a-z]{2,}"
"""A part of a name that others write as a word of its own: Donald of MacDonald, Dong of XiaoDong."""
BROKEN = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]+")
"""Control characters, and U+FFFD for bytes that the character set does not have: no part of any name."""
BETWEEN_PARTS = re.compile(r"[\s,.;/()\[\]\"'`\u00b4\u2018\u2019\u02bc\u2010-\u2015·\u30fb_-]+")
"""Separators of the parts of a name component; Unicode has several apostrophes, hyphens and middle dots."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj"})


def name_parts(text: str) -> set[str]:
    """The parts of person names that are long enough to be searched for; ideographic parts from two characters on.

    A component of several parts is also taken as one word: O'Brien is also written OBrien. A name that is a number is
    searched for as one.
    """
    found = short_names(text) | ideographic_names(text)
    for component in re.split(r"[\\^=]+", text):
        parts = unbroken([part for part in BETWEEN_PARTS.split(component) if part])
        numbered = any(map(str.isdigit, component))
        named = [part for part in parts if is_name(part) and not (numbered and ordinary(fold(part)))]
        if 0 < len(named) < len(parts) and not BROKEN.search(component):
            named += ["".join(parts), with_initials(parts)]
        named += [
            word for part in named for word in re.findall(CAMEL, part) if is_name(word) and not ordinary(fold(word))
        ]
        found.update(*map(spellings, named))
        if numbered:
            found |= numbers_in(fold(component.strip()))
    return found


def with_initials(parts: list[str]) -> str:
    """A name whose particles are initials: vdBerg of van den Berg."""
    return "".join(part[0] if fold(part) in everywhere("particles") else part for part in parts)


def short_names(text: str) -> set[str]:
    """Whole names with a part of two letters, which is not searched for by itself: Xu Na, NaXu, Dr. Xu."""
    found = set[str]()
    for name in re.split(r"[\\=]", text):
        components = [[part for part in BETWEEN_PARTS.split(fold(one)) if part] for one in name.split("^")[:2]]
        parts = [*chain(*components)]
        short = [part for part in parts if part.isalpha() and len(part) == MIN_NAME - 1 and part < IDEOGRAPHS]
        if not short or not words("not_names").isdisjoint(parts):
            continue
        found.update(TITLED + part for part in short if part not in words("particles") or [part] in components)
        found |= initialled(components)
        if len(parts) < 2:
            continue
        for order in (components, components[::-1]):
            whole = [*chain(*order)]
            gaps = GAPS if sum(map(len, whole)) > MIN_NAME else (" ", ", ", ",", "^", "_")
            found.update(gap.join(whole) for gap in gaps if gap or not is_written("".join(whole)))
    return found


def initialled(components: list[list[str]]) -> set[str]:
    """A short family name with the first letter of the given name: B. Li."""
    if len(components) < 2 or len(components[0]) != 1 or not components[1]:
        return set()
    family, first = components[0][0], components[1][0][0]
    if len(family) >= MIN_NAME or family in words("particles"):
        return set()
    return {f"{first}. {family}", f"{first}.{family}", f"{family}, {first}.", f"{family} {first}."}


def ideographic_names(text: str) -> set[str]:
    """Whole names in ideographs, and a part of one with a title: by itself that is not searched for."""
    found = set[str]()
    for name in re.split(r"[\\=]", text):
        components = ["".join(BETWEEN_PARTS.split(fold(one))) for one in name.split("^")[:2]]
        whole = "".join(components)
        if len(whole) < 2 or min(whole) < IDEOGRAPHS:
            continue
        if all(components) and len(components) > 1:
            for one, other in (components, components[::-1]):
                found.update(f"{one}{gap}{other}" for gap in (" ", "", "^", ","))
        family = components[0]
        syllables = normal_form("NFC", family)
        if family == whole and len(syllables) <= LONGEST_WHOLE:
            found.update(fold(f"{syllables[:at]} {syllables[at:]}") for at in range(1, len(syllables)))
        if len(syllables) == 1 or len(components) == 1:
            found.update(fold(syllables[:1] + address) for address in ADDRESSES)
            found |= transcriptions(syllables[:1])
    return found


def is_name(part: str) -> bool:
    """Whether a part of a name is searched for."""
    name = fold(part)
    if any(letter >= IDEOGRAPHS for letter in part):
        return len(normal_form("NFC", part)) > 1 and len(name) > 1
    return min(len(part), len(name)) >= MIN_NAME and name not in words("not_names") and not name.isdigit()


def spellings(part: str) -> set[str]:
    """The spellings of a part of a name, folded: with umlauts, and without, and in Latin."""
    if not part.isascii():
        whole = normal_form("NFC", part).casefold()
        plain = fold(part)
        return {plain, plain.replace("dj", "d"), fold(whole.translate(UMLAUTS)), *transcriptions(whole)}
    name = part.lower()
    shorter = re.sub("([aou])e", r"\1", name.replace("aa", "a").replace("dj", "d"))
    return {name} if len(shorter) < MIN_UMLAUT or ordinary(shorter) else {name, shorter}


def unbroken(texts: list[str]) -> list[str]:
    """Texts, and the readable pieces of those with unreadable bytes: elsewhere the same may stand without these."""
    return texts + [piece for text in texts if BROKEN.search(text) for piece in BROKEN.split(text)]
