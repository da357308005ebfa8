"""Suspects: parts of free text that look like identifiers, such as dates, numbers of people, addresses and names.

There is no dictionary of names. A name is suspected behind a title or a word such as "referred by", or with initials or
a degree; what judged.json lists as words of descriptions is none even there ("DR CHEST", "MR Brain"). The kinds are
those of the Safe Harbor list (45 CFR 164.514(b)(2)) that occur in descriptions and comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from dicom_deid.profile import words

BEGIN, END = r"(?<![^\W_])", r"(?![^\W_])"
"""Bounds of a word; an underscore is none of its letters."""
CAPITAL, SMALL = "[A-ZÀ-ÖØ-Þ]", "[a-zß-öø-ÿ]"
WORD = rf"{CAPITAL}(?:[^\W\d_]|['\u2019-](?=[^\W\d_])){{1,60}}"
"""A word that begins with a capital letter, in whatever case it goes on; without an end to its length, a text that is
nothing but hyphens and capitals would take minutes."""
GIVEN = rf"{CAPITAL}{SMALL}{{1,60}}(?:['\u2019-]{CAPITAL}?{SMALL}{{1,60}}){{0,3}}"
"""A word that goes on in small letters."""
MONTH = (
    r"(?i:jan(?:uary|uar|vier)?|enero|feb(?:ruary|ruar|rero)?|f[ée]vr?(?:ier)?|mar(?:ch|zo|s)?|m[äa]rz|apr(?:il)?|"
    r"avr(?:il)?|abr(?:il)?|ma[iy]o?|june?|juin|junio?|jul[iy]?o?|juillet|aug(?:ust)?|ao[ûu]t|ago(?:sto)?|"
    r"sept?(?:ember|embre|iembre)?|o[ck]t(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|"
    r"d[eé][cz](?:ember|embre)?|dic(?:iembre)?)"
)
FULL_MONTH = r"(?i:january|february|april|june|july|august|september|october|november|december)"
"""Months that mean nothing else, so that a day beside them is one without a year, too."""
DAY, YEAR = r"(?:(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.)?)", r"(?:19|20)\d\d"
BEFORE, BEHIND = (rf"(?:\s+(?:of|de|del)\s+|[\s{marks}/-]*)" for marks in (".", ".,"))
"""Separators before and behind the name of a month."""
TIME = r"(?:[T ]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:\s*[AaPp][Mm])?)?"
DATES = (
    rf"{YEAR}(?P<gap>[-/._]?)(?:0[1-9]|1[0-2])(?P=gap)(?:0[1-9]|[12]\d|3[01]){TIME}",
    rf"{YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\.\d+)?)?",
    rf"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|[12]\d|3[01])[./-](?:{YEAR}|\d\d){TIME}",
    rf"(?:{DAY}{BEFORE})?{MONTH}{BEHIND}(?:{DAY}[\s.,/-]+)?{YEAR}{TIME}",
    rf"{YEAR}[\s./-]*{MONTH}[\s./-]*{DAY}",
    rf"{YEAR}(?P<sep>[-/])(?:0?[1-9]|1[0-2])(?P=sep)(?:0?[1-9]|[12]\d|3[01])",
    rf"{DAY}[\s./-]*{MONTH}[\s.,/-]*\d\d{TIME}",
    rf"{DAY}\s+{FULL_MONTH}|{FULL_MONTH}\s+{DAY}",
    rf"(?:0?[1-9]|1[0-2])/{YEAR}",
    rf"(?i:from|on|since|dated?|dd|vom|am)\s+(?:0?[1-9]|1[0-2])/{DAY}(?!/)",
)
NUMBERED = (
    r"(?:MRN|M\.R\.N|SSN|PID|NHS|acc|accession|chart|record|encounter|account|acct|policy|insurance|passport|medicare|"
    r"medicaid|licen[cs]e|badge|employee|(?:pat|patient|pt|hospital|case|visit|order)\.?\s*(?:id|no|nr|number|\#))"
)
"""Words before the number of a person or of a case."""
STREET, ZIP = r"(?i:street|avenue|ave|road|boulevard|blvd|lane|highway|parkway)", r"[A-Z]{2}\s+\d{5}(?:-\d{4})?"
REACHED = (
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    r"(?i:(?:https?|s?ftp)://|www\.)\S+",
    r"(?i:tel|telephone|phone|fax|pager|mobile)\b[.:]?\s*[+\d(][\d\s()./-]{4,}\d",
    r"\+\d[\d\s()/-]{6,}\d",
    r"(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-. ]\d{4}",
    rf"\d{{1,5}}[a-z]?\s+(?:{WORD}\.?\s+){{1,3}}{STREET}\b\.?(?:(?:,?\s+{WORD}){{0,3}},?\s+{ZIP}|,\s+{WORD})?",
    rf"{CAPITAL}\w*(?i:stra(?:ß|ss)e|str\.)\s*\d+[a-z]?",
    r"(?i:p\.?\s?o\.?\s+box)\s+\d+",
    rf",\s*{ZIP}",
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])",
    r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}",
)
PEOPLE = (
    r"\d{3}-\d{2}-\d{4}",
    rf"(?i:{NUMBERED})[\s.:\#]*(?i:id|no|nr|num|number)?[\s.:\#]*[A-Za-z]{{0,4}}[-/]?\d[\d/-]{{2,}}(?:\s\d{{3,}})*[A-Za-z]?",
    r"(?i:id)[:\#]\s*[A-Za-z]{0,4}[-/]?\d[\d/-]{2,}",
    r"(?!1\.2\.840\.10008\.)[0-2](?:\.(?:0|[1-9]\d*)){6,}",
    r"(?:9\d|1[01]\d)[\s-]*(?i:y/?o|yrs?|years?(?:[\s-]*old)?|jahre|ans|años)",  # above 89; "90Y" is yttrium
    rf"{GIVEN}\s+[A-Z]\.\s+{GIVEN}",
    r"(?i:at)\s+(?:the\s+)?" + rf"(?:{WORD}\.?\s+){{1,4}}(?i:hospital|clinic|medical\s+cent(?:er|re)|infirmary)",
)
IDEOGRAPHIC_DATE = rf"(?<!\d){YEAR}\s*[年년]\s*\d{{1,2}}\s*[月월](?:\s*\d{{1,2}}\s*[日일])?"
LOOKS = re.compile("|".join([*(f"{BEGIN}(?:{one}){END}" for one in (*DATES, *REACHED, *PEOPLE)), IDEOGRAPHIC_DATE]))
TITLE = (
    r"(?i:dr|dra|prof|mr|mrs|ms|mme|mlle|sra?)\.\s*(?:(?i:med)\.\s*)?"
    r"|(?:Dra?|DR|[Pp]rof|PROF|Mr|Mrs|Ms|Miss|MISS|Mme|MME|Mlle|Herr|HERR|Frau|FRAU|Sra?|Nurse|NURSE)\s+"
)
"""With a dot in any case; without one not those that in capitals are modalities and methods: MR, MS, MRS, SR."""
CUE = (
    r"(?i:(?:referred|ordered|requested|reported|performed|read|signed|dictated|reviewed|verified|scanned)\s+by\s*:?|"
    r"(?:name|technologist|radiographer|operator|physician|radiologist|surgeon|referrer|attn|nurse)\s*:|c/o)\s*"
)
SUSPECT = re.compile(
    rf"{BEGIN}(?:(?P<cue>{CUE})(?:{TITLE})*(?P<cued>{WORD}(?:,?\s+{WORD}){{0,2}})"
    rf"|(?:{TITLE})+(?P<titled>{WORD}(?:\s+{WORD}){{0,2}})){END}"
    rf"|{BEGIN}(?P<graduate>{WORD}(?:\s+{WORD})?)(?:\s*,\s*(?:M\.?D|R\.?N|Ph\.?D|D\.O|FRCR)\.?|\s+(?:M\.D|Ph\.D)\.?){END}"
    rf"|{BEGIN}(?P<doctor>{GIVEN}\s+{GIVEN})\s+(?:MD|PhD){END}"
)


def without(text: str, known: Callable[[str], bool]) -> str:
    """The text without what looks identifying; ``known`` says of a word whether the object names somebody so."""
    return LOOKS.sub("", SUSPECT.sub(lambda hit: rest_of(hit, known), text))


def rest_of(hit: re.Match[str], known: Callable[[str], bool]) -> str:
    """The part of a suspect that stays: ordinary words, and unknown words beside a known name."""
    listed = (hit["cued"] or hit["titled"] or hit["graduate"] or hit["doctor"]).replace(",", " ").split()
    suspected = [word for word in (listed[:2] if hit["titled"] else listed) if not ordinary(word)]
    if not suspected:
        return hit[0]
    names = [word for word in suspected if known(word)] or suspected
    return " ".join([(hit["cue"] or "").strip(), *(word for word in listed if word not in names)]).strip()


def ordinary(word: str) -> bool:
    """Whether a word is one of descriptions, and no name."""
    return word.casefold() in vocabulary() or len(word) < 3


@cache
def vocabulary() -> frozenset[str]:
    """The words of descriptions, terms of code strings and words that are no names, in small letters."""
    lists = (words("description_words"), words("terms"), words("not_names"))
    return frozenset(word.casefold() for listed in lists for word in listed)
