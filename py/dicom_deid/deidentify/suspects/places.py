"""Where people live and are treated: addresses and the names of hospitals, in languages that are written in letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, END, alternation, cues, listed
from dicom_deid.deidentify.suspects.people import PARTICLES, TOKEN
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.deidentify.suspects.vocabulary import is_medical, is_term, kinds
from dicom_deid.profile import table

PIECE = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+){0,6}\.?|\d{1,6}(?:[-/ ]\d{1,5})?[^\W\d_]?(?:/\w{1,4})?(?![^\W_])|№|[A-Z]{1,2}\d[A-Z\d]?"
)
GAP = re.compile(r"(?:\s?[,:]\s{0,2}|\s-\s|\s{1,2}|[.º]\s?)?")
HOUSE = re.compile(
    r"(?i:\s?,?\s{0,2}(?:no\.?\s?:?|nr\.?|n\.?|д\.\s?|№\s?)?\s{0,2}\d{1,5}(?:\s?[-/]\s?\d{1,4})?[a-z]?(?![\w%]))"
)
MOST, FEW = 14, 4
"""Pieces of an address; words of a name of a hospital or a street."""
POSTCODE = re.compile(
    r"(?:,\s{0,2}|\s)(?:(?:in|à|te|w)\s)?(?:[A-Z]{1,2}\s\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|(?:[A-Z]{1,2}-)?\d{4,5}(?:-\d{3})?\s[A-Z]\w+"
    r"|\d{4}\s?[A-Z]{2}\s[A-Z]\w+|\d{2}-\d{3}\s[A-Z]\w+|\d{3}\s\d{2}\s[A-Z]\w+)\b"
)
SMALL_WORDS = frozenset(
    [
        "of",
        "the",
        "and",
        "&",
        "de",
        "la",
        "le",
        "les",
        "du",
        "des",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "del",
        "della",
        "van",
        "von",
        "der",
        "den",
        "im",
        "am",
        "i",
        "e",
        "y",
        "sur",
        "en",
        "na",
    ]
)
LONE = {
    "st",
    "ste",
    "san",
    "santa",
    "sankt",
    "sint",
    "saint",
    "sainte",
    "sao",
    "sv",
    "sw",
    "св",
    "αγ",
    "im",
    "villa",
    "los",
    "las",
}


def read_on(reading: Reading, at: int, *, began: bool = False) -> int:
    """Where an address that begins at a place ends; the place itself where there is none."""
    end, named, numbers = at, began, 0
    for _ in range(MOST):
        code = POSTCODE.match(reading.flat, end)
        if code:
            end = code.end()
            continue
        gap = GAP.match(reading.flat, end)
        start = gap.end() if gap else end
        piece = PIECE.match(reading.flat, start)
        if piece is None or not belongs(reading, piece, comma="," in (gap[0] if gap else "")):
            break
        if (
            gap
            and gap[0].strip() == "-"
            and not re.match(r"\s?(?:[,;)]|$)", reading.flat[piece.end() : piece.end() + 2])
        ):
            break
        named |= piece[0][0].isalpha() and plain(piece[0].rstrip(".")) not in PARTICLES
        numbers += piece[0][0].isdigit()
        end = piece.end()
    return end if named else at


def belongs(reading: Reading, piece: re.Match[str], *, comma: bool) -> bool:
    """Whether a piece may be one of an address."""
    word = piece[0].rstrip(".")
    small = plain(word)
    if word[0].isdigit():
        return (
            re.match(r"\s?(?:mm|cm|ml|mg|kv|%|x\s?\d|mas|hu)\b", reading.plain[piece.end() : piece.end() + 9]) is None
        )
    if small in HOUSE_WORDS:
        return re.match(r"[.:]{0,2}\s?\d", reading.flat[piece.end() :]) is not None
    if small in street_words() or small in PARTICLES or word == "№":
        return True
    if word[0].upper() == word[0].lower():
        return not is_term(small)
    return word[0].isupper() and not (
        is_medical(small) and small not in LONE and (comma or word.isupper() or is_term(small))
    )


@cache
def street_words() -> frozenset[str]:
    """Words for streets, plain, and the abbreviations around numbers of houses."""
    found = (word.rstrip(".") for key in ("streets", "streets_before") for word in listed(key))
    return frozenset(found) | {"bis", "ter", "b", "г"}


HOUSE_WORDS = frozenset(("no", "nr", "n", "d", "д", "кв", "корп", "стр", "apt", "m", "п", "daire", "kat"))
"""What stands before the number of a house or a flat."""


def addresses(reading: Reading) -> Iterator[Span]:
    """The places of addresses."""
    for hit in cues("addresses").found(reading):
        at = re.compile(r"\s{0,2}:?\s{0,3}(?:(?:at|in|a|à|na|no|te|v|w|в|u|em|en|på|i)\s)?").match(
            reading.plain, hit.end()
        )
        start = at.end() if at else hit.end()
        end = read_on(reading, start)
        if end > start:
            yield start, end
    if not reading.numbered:
        return
    for pattern in streets(reading):
        for hit in pattern.finditer(reading.flat):
            if is_street(hit):
                yield hit.start(), max(hit.end(), read_on(reading, hit.end(), began=True))
    yield from (hit.span() for hit in STATES.finditer(reading.flat))


def streets(reading: Reading) -> Iterator[re.Pattern[str]]:
    """The expressions for streets of which a word is there."""
    if cues("streets").may_be_in(reading):
        yield street_behind()
    if cues("streets_before").may_be_in(reading):
        yield street_before()
    if any(word.endswith(plain_endings()) for word in reading.words):
        yield street_ending()
    if "bp" in reading.words or cues("post").may_be_in(reading):
        yield boxes()


STATES = re.compile(r",\s{0,2}[A-Z]{2}\s{1,2}\d{5}(?:-\d{4})?(?!\w)|〒\s?\d{3}-\d{4}")


STRONG = re.compile(r"^\d.*(?i:street|avenue|road|boulevard|lane|drive|highway|parkway)\b", re.DOTALL)


def is_street(hit: re.Match[str]) -> bool:
    """Whether what stands beside the word for a street may be its name."""
    name = hit.groupdict().get("name")
    return (
        not name
        or STRONG.search(hit[0]) is not None
        or any(not is_term(plain(word)) for word in re.findall(r"[^\W\d_]{2,}", name) if word[0].isupper())
    )


CAP = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆŠČŘŽĐİĞŞА-ЯЁΑ-ΩΆΈΉΊΌΎΏ]"
STREET_NAME = rf"(?:{CAP}|d[ei]l?\s|de\s|des\s|du\s|d'|da\s|do\s|das\s|dos\s|della\s|dei\s|la\s|van\s)(?:[^\W\d_]|[.'’-](?=\w)){{0,30}}"


def cased(words: tuple[str, ...], *, small: bool) -> str:
    """An expression for plain words in flat text, in any case, or with a capital."""
    letters = {
        "e": "[eéèêëěę]",
        "a": "[aáàâãäåą]",
        "o": "[oóòôõöø]",
        "i": "[iíìîı]",
        "u": "[uúùûüů]",
        "c": "[cçč]",
        "n": "[nñň]",
        "s": "[sšşß]",
        "r": "[rř]",
        "z": "[zžź]",
        "g": "[gğ]",
        "l": "[lł]",
        "υ": "[υύ]",
        "ο": "[οό]",
        "ι": "[ιί]",
        "ω": "[ωώ]",
        "ε": "[εέ]",
        "α": "[αά]",
    }
    found = (
        "".join(letters.get(letter, r"\." if letter == "." else re.escape(letter)) for letter in word.rstrip("."))
        for word in sorted(words, key=lambda word: -len(word))
    )
    return f"(?:(?i:{'|'.join(found)})" + (r"\.?" if small else "") + ")"


@cache
def street_behind() -> re.Pattern[str]:
    """42 Main Street; Atatürk Cad. No: 5; Зорбатовский бульвар 3."""
    behind = cased(tuple(word for word in listed("streets") if len(word) > 1), small=True)
    numbered = cased(listed("streets", "tr", "ru", "cs"), small=True)
    return re.compile(
        rf"{BEGIN}\d{{1,5}}[A-Za-z]?\s{{1,2}}(?P<name>(?:{CAP}(?:[^\W\d_]|['-]){{0,30}}\.?\s{{1,2}}){{1,3}}){behind}(?![^\W_])"
        rf"(?:{POSTCODE.pattern})?"
        rf"|{BEGIN}(?:{CAP}(?:[^\W\d_]|['-]){{0,30}}\.?\s{{1,2}}){{1,3}}{numbered}{HOUSE.pattern}"
    )


@cache
def street_before() -> re.Pattern[str]:
    """12 rue de la Paix; Calle Mayor 5; ул. Садовая 17."""
    before = cased(
        tuple(
            word
            for word in listed("streets_before")
            if not word.startswith(
                ("am", "an der", "im", "in der", "auf", "unter", "zu", "alte", "neue", "gro", "klein", "ober")
            )
        ),
        small=True,
    )
    name = rf"(?P<name>(?:{STREET_NAME}\s?){{1,5}}?)"
    german = r"(?:Am|An der|Im|In der|Auf der|Auf dem|Unter den|Zum|Zur|Alte|Neue|Große|Kleine|Obere|Untere)"
    return re.compile(
        rf"{BEGIN}(?:\d{{1,4}}(?:\s?(?:bis|ter|quater))?,?\s{{1,2}}{before}\s{{1,2}}(?:{STREET_NAME}\s?){{1,5}}"
        rf"|(?:г\.\s?{CAP}\w{{2,30}},\s)?{before}(?:(?<=[./])\s{{0,2}}|\s{{1,2}}){name}{HOUSE.pattern}"
        rf"|{german}\s(?:{CAP}\w{{1,30}}\s){{1,2}}\d{{1,4}}[a-z]?,?\s\d{{5}}\s{CAP}\w{{2,40}})"
    )


@cache
def street_ending() -> re.Pattern[str]:
    """Lindenstraße 44; Kerkstraat 12; Storgatan 5."""
    endings = "|".join(
        sorted({re.escape(word) for word in "".join(raw_endings()).split("|") if word}, key=lambda word: -len(word))
    )
    return re.compile(
        rf"{BEGIN}(?P<name>{CAP}[^\W\d_]{{1,40}}?(?:{endings}|str\.))\s{{0,2}}\d{{1,4}}(?:\s?[a-zA-Z](?![^\W_]))?(?:[-/]\d{{1,4}})?(?![\w%]|\s?(?:mm|cm|ml|mg)\b)"
    )


@cache
def plain_endings() -> tuple[str, ...]:
    """The endings of names of streets, plain."""
    return (*(plain(word) for word in "".join(raw_endings()).split("|") if word), "str")


def raw_endings() -> list[str]:
    rows = table("languages.json")["languages"].values()
    return [
        "|" + row["street_endings"]
        for row in rows
        if "street_endings" in row and not row["street_endings"][0] > "\u1100"
    ]


@cache
def boxes() -> re.Pattern[str]:
    words = tuple(word for word in listed("post") if len(word) > FEW or "." in word or " " in word)
    return re.compile(rf"{BEGIN}(?:{cased(words, small=True)}\s{{0,2}}\d{{2,8}}(?:-\d{{3}})?|BP\s\d{{3,5}}(?!/))(?!\w)")


def hospitals(reading: Reading) -> Iterator[Span]:
    """The places of names of hospitals, with the word for them."""
    for hit in cues("hospitals").found(reading):
        start = named_before(reading, hit.start())
        if start < hit.start():
            at = AT.search(reading.plain, max(start - len("at the  "), 0), start)
            yield at.start() if at else start, hit.end()
    for hit in cues("hospitals_before").found(reading):
        end = named_behind(reading, hit.end())
        if end > hit.end():
            yield hit.span()[0], end
    for word in hospital_endings().finditer(reading.plain):
        if not is_term(word["name"]) and word["name"] not in kinds() and reading.flat[word.start()].isupper():
            yield word.span()


@cache
def hospital_endings() -> re.Pattern[str]:
    return re.compile(
        rf"{BEGIN}(?P<name>[^\W\d_]{{4,30}}?)(?:{alternation(listed('hospital_endings')).replace(END, '')}){END}"
    )


AT = re.compile(r"(?<![^\W_])at\s(?:the\s)?$")
BEFORE = re.compile(r"(?:[^\W\d_]+(?:['-][^\W\d_]+){0,4}|&)\.?-?$")


def named_before(reading: Reading, at: int) -> int:
    """Where the name before a word for hospital begins; the place itself where there is none."""
    flat, end, start, named = reading.flat, at, at, False
    for _ in range(FEW + 1):
        gap = re.compile(r"\s{0,2}").match(flat, max(end - 1, 0)) if end else None
        stop = end - 1 if gap and flat[end - 1 : end].isspace() else end
        word = BEFORE.search(flat, max(stop - 40, 0), stop)
        if word is None or (stop == end and not word[0].endswith("-")):
            break
        small = plain(word[0].strip(".-")).replace("'", "")
        dotted = word[0].endswith(".") and small not in LONE
        if dotted or not (word[0][0].isupper() or (small in SMALL_WORDS and named)):
            break
        kind = small in kinds()
        medical = not kind and is_medical(small) and small not in LONE and small not in SMALL_WORDS
        if medical and (not named or is_term(small)):
            break
        if not kind and small not in SMALL_WORDS and (small not in LONE or named):
            named, start = True, word.start()
        elif small in LONE and named:
            start = word.start()
        end = word.start()
    return start if named else at


def named_behind(reading: Reading, at: int) -> int:
    """Where the name behind a word for hospital ends; the place itself where there is none."""
    flat, end, named = reading.flat, at, False
    number = re.compile(r"\s{0,2}(?:№|nr\.?|no\.?)\s?\d{1,4}|\s?№\s?\d{1,4}|\s?\"[^\"\n]{2,30}\"").match(flat, at)
    if number:
        return number.end()
    for _ in range(FEW + 3):
        gap = re.compile(r"\.?\s{1,2}\"?|'").match(flat, end)
        token = TOKEN.match(flat, gap.end()) if gap else None
        if token is None:
            break
        small, dotted = plain(token[0]), flat[token.end() : token.end() + 1] == "."
        joined = small in PARTICLES or small in SMALL_WORDS
        kind = small in kinds() or small in LONE
        caseless = token[0][0].upper() == token[0][0].lower()
        if not (token[0][0].isupper() or joined or (kind and not named) or caseless):
            break
        if not kind and not joined:
            if is_term(small) or (is_medical(small) and not named):
                break
            if caseless and named and not re.match(r"\s{0,2}(?:[,;.()-]|$)", flat[token.end() : token.end() + 3]):
                break
            named = True
            at = token.end()
        elif kind and named:
            at = token.end()
        end = token.end() + (1 if dotted and small in LONE else 0)
    return at
