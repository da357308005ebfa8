"""Finding identifiers in text, in whatever spelling: as words, with other separators, inflected, or beside a number.

Text is searched as ``letters.read`` gives it. What depends on the identifiers is compiled once for a patient; days are
found by their shapes, which are the same for everybody (identifiers/days.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from dicom_deid.deidentify import disguises
from dicom_deid.deidentify.identifiers import ages, days
from dicom_deid.deidentify.identifiers.names import IDEOGRAPHS, TITLED
from dicom_deid.deidentify.inflection import inflected
from dicom_deid.deidentify.letters import latin
from dicom_deid.deidentify.vocabulary import ordinary

BEGIN, END = "(?<![a-z0-9])", "(?![a-z0-9])"
"""Bounds of a word."""
GAP = r"[^a-z0-9\\]{0,2}"
"""Separators within an identifier, of which none need be there."""
LONG = 6
"""Letters and digits from which on an identifier is recognised in other spellings."""
SHORT = 4
"""Letters of a name from which on it is recognised with a number beside it."""
DIGITS = 4
"""Digits from which on such an identifier is one also where letters stand beside it."""
PAUSE = "[-' ]?"
"""Separator of two parts of a name that others write as one."""
UNMEASURED = r"(?<!\b(?:t[reic12]|fa|w[wl]|bw|sl|kv|ma)[ =:_-])(?<!\bt[rei] = )(?<!\bb[ =:-])"
NO_UNIT = "(?! ?(?:ms(?:ec)?|mm|k?hz|kv|mas?|us(?:ec)?|s(?:ec)?|hu|px)(?![a-z0-9]))"
"""Bounds of a number of four digits, which is no ID where it says what is measured, or in which unit: TR 3000."""
TITLES = (
    r"(?:(?:mr|ms|mrs|sr|sra|dra?|fr|hr|prof|mme|mlle|sig|dott|dhr|mevr|doc|mudr|ing|rev)\.|mrs?|miss|dra?|prof|doctor|"
    "herrn?|frau|mme|mlle|sra|senora?|signora?|pani?|docteur|doktor)"
)
COUNTRY = rf"(?:(?:\+|00)\d{{1,3}}{GAP}(?:\(?0\)?{GAP})?)?"
"""The code of a country that may stand before a telephone number."""


RUN = re.compile("[a-z0-9]+")
"""Letters and digits without any separator."""
BESIDE = re.compile(r"(?:[a-z]|\d+)?\||\|(?:\d+|[a-z]\d*)")
"""A letter or a number before a name, or behind it: what stands before, a mark, what stands behind."""
LONGEST = 40
"""Letters before a name in which its word begins."""
MODALITIES = frozenset(("ct", "mr", "us", "pt", "nm", "xa", "cr", "dx", "mg", "rf"))
"""Short words that people put before or behind a name without a separator."""


class Finder:
    """Finds some identifiers."""

    def __init__(self, identifiers: frozenset[str]) -> None:
        readable = {latin(one) for one in identifiers}
        self.identifiers = identifiers
        self.days = frozenset(one for one in readable if days.DAY.fullmatch(one))
        self.ages = ages.expressions(readable)
        self.expressions = [re.compile(one) for one in expressions(readable - self.days)]
        stems = inflected(one for one in readable if one.isascii() and one.isalpha())
        divided = divisible(readable)
        self.divided = re.compile(divided) if divided else None
        self.inflected = re.compile(BEGIN + stems + END) if stems else None
        long = (one for one in readable if len(one) >= LONG and one.isascii() and one.isalpha())
        within = "|".join(sorted(long, key=lambda one: (-len(one), one)))
        self.within = re.compile(f"(?:{within})") if within else None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """The places of all of them in a text; they may overlap."""
        for expression in self.expressions:
            for hit in expression.finditer(text):
                yield hit.span()
        if self.inflected is not None:
            yield from (hit.span() for hit in self.inflected.finditer(text) if not ordinary(hit[0]))
        if self.divided is not None:
            yield from (hit.span() for hit in self.divided.finditer(text) if is_divided(hit[0]))
        if self.within is not None:
            yield from filter(None, (joined_at(text, hit) for hit in self.within.finditer(text)))
        yield from ages.spans(text, self.ages)
        if self.days:
            yield from days.spans(text, self.days)

    @cached_property
    def spelt(self) -> re.Pattern[str]:
        """Finds them without what stands between their letters."""
        return disguises.spelling(frozenset(map(latin, self.identifiers)))

    @cached_property
    def looks(self) -> frozenset[str]:
        """How they look in Latin letters."""
        return disguises.looks(self.identifiers)

    def finds(self, text: str) -> bool:
        """Whether there is one in a text."""
        return next(self.spans(text), None) is not None


def expressions(identifiers: Iterable[str]) -> Iterator[str]:
    """Expressions for all of them but days, the longest first, as words, however their parts are joined."""
    longest = sorted(identifiers, key=lambda text: (-len(text), text))
    titled = [text[len(TITLED) :] for text in longest if text.startswith(TITLED) and len(text) == len(TITLED) + 2]
    foreign, plain, bounded, loose = list[str](), list[str](), list[str](), list[str]()
    for text in longest:
        letters = "".join(re.findall("[a-z0-9]+", text))
        if not text.isascii():
            foreign.append(ideographs(text))
        elif len(letters) >= LONG and sum(map(str.isdigit, letters)) >= DIGITS:
            loose.append(number(letters) if len(letters) > LONG or letters.isdigit() else short_number(text))
        elif letters.isdigit() and letters == text:
            bounded.append(f"{UNMEASURED}0*{text}{NO_UNIT}" if len(text) == DIGITS else "0*" + text)
        elif len(letters) == len(text) or (len(letters) < LONG and not is_mixed(letters)):
            plain.append(re.escape(text))
        else:
            bounded.append(GAP.join(re.findall("[a-z0-9]+", text)))
    for within in (plain, bounded):
        if within:
            yield f"{BEGIN}(?:{'|'.join(within)}){END}"
    yield from ("|".join(one) for one in (loose, foreign) if one)
    yield from joined(longest)
    if titled:
        yield rf"{BEGIN}{TITLES}[\s.]{{0,2}}(?:{'|'.join(titled)}){END}"


def is_mixed(letters: str) -> bool:
    """Whether an ID is long enough to be found with other separators: of five letters and digits."""
    return len(letters) >= LONG - 1 and any(map(str.isdigit, letters)) and not letters.isdigit()


def number(letters: str) -> str:
    """An expression for an ID of some digits, with any separators: MRN-0815 is also written MRN0815 and MRN 08 15.

    Letters beside it do not count: ID081547 holds 081547; nor do zeros behind a letter. A telephone number may have
    the code of a country.
    """
    plain = re.sub(rf"([a-z])0+(?=\d{{{DIGITS}}})", r"\1", letters)
    inner = re.sub(rf"([a-z])({re.escape(GAP)})(?=\d)", r"\1\g<2>0*", GAP.join(plain))
    if letters.isdigit():
        inner = rf"{COUNTRY}\(?0*{inner}" if len(letters) > LONG else f"0*{inner}"
    return (r"(?<!\d)" if letters[0].isdigit() else "") + inner + (r"(?!\d)" if letters[-1].isdigit() else "")


def short_number(text: str) -> str:
    """An expression for an ID of five digits at most beside a letter, divided only where it is: T12000 is not T1 2000.

    A letter and the digits may stand apart.
    """
    pieces = re.findall(r"[a-z]+|\d+", text)
    inner = GAP.join(
        f"0*{piece.lstrip('0') or piece}" if at and piece.isdigit() else piece for at, piece in enumerate(pieces)
    )
    return (r"(?<!\d)" if pieces[0].isdigit() else "") + inner + (r"(?!\d)" if pieces[-1].isdigit() else "")


def ideographs(text: str) -> str:
    """An expression for a text in other letters; words of ideographs have no bounds, and their parts may be joined."""
    if " " in text and min(text.replace(" ", IDEOGRAPHS)) >= IDEOGRAPHS:
        return r"[^\w\\]{0,2}".join(map(re.escape, text.split(" ")))
    return re.escape(text)


def joined(identifiers: list[str]) -> list[str]:
    """Expressions for names that are written together, or with a number, a letter or an s, as in the name of a file."""
    names = [text for text in identifiers if text.isascii() and text.isalpha()]
    short = "|".join(text for text in names if SHORT <= len(text) < LONG)
    found = [rf"{BEGIN}(?:{'|'.join(names)}){{2,}}\d*{END}"] if len(names) > 1 else []
    if short:
        found.append(rf"{BEGIN}(?:\d+(?:{short})|(?:{short})\d+){END}")
    return found


def divisible(identifiers: Iterable[str]) -> str:
    """An expression for long names that are written as two: Xiao-Ming for Xiaoming, O'Brien for OBrien."""
    names = sorted(text for text in identifiers if len(text) >= LONG and text.isascii() and text.isalpha())
    bounded = ((name, f"{name[0]}(?<![a-z0-9]{name[0]})") for name in names)  # a letter first is searched for faster
    within = (f"{first}'?{PAUSE.join((name[1], *name[2:-2], name[-2:]))}" for name, first in bounded)
    return f"(?:{'|'.join(within)}){END}" if names else ""


def joined_at(text: str, hit: re.Match[str]) -> tuple[int, int] | None:
    """The place of a long name that is written as one with a number, a letter or ordinary words: ChestZyxwvut.

    Number and letter go with it, words stay. None where the name is only a part of another word.
    """
    run = next(run for run in RUN.finditer(text, max(hit.start() - LONGEST, 0)) if run.end() >= hit.end())
    before, behind = text[run.start() : hit.start()], text[hit.end() : run.end()]
    if BESIDE.fullmatch(f"{before}|{behind}"):
        return run.span()
    words = is_word(before) and is_word(behind) and not ordinary(hit[0]) and not ordinary(run[0])
    return hit.span() if words else None


def is_word(rest: str) -> bool:
    """Whether what stands beside a name is nothing, or an ordinary word or a modality, with a number or without."""
    word = rest.strip("0123456789")
    return not word or ordinary(word) or word in MODALITIES


def is_divided(found: str) -> bool:
    """Whether a name stands there as two parts that are not both ordinary words."""
    parts = re.split("[-' ]", found)
    return len(parts) == 2 and not all(len(part) == 2 or ordinary(part) for part in parts)
