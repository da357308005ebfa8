"""Names in their places: behind titles and cues, beside relatives, with initials or a degree. No dictionary of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dicom_deid.deidentify.suspects.languages import BEGIN, END, Cues, compiled, cues, listed
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.deidentify.suspects.vocabulary import eponyms, is_medical, is_term
from dicom_deid.profile import table

TOKEN = re.compile(r"[^\W\d_]+(?:(?:['-]|\"(?=[\u05d0-\u05ea]))[^\W\d_]+){0,6}")
GAP, COMMA = re.compile(r"[ \t\xa0]{0,3}"), re.compile(r"[ \t]?,[ \t]{0,3}")
BETWEEN = re.compile(r"(?:[ \t]{0,3}[:=])?[ \t]{0,3}[-(\"']?[ \t]{0,2}")
"""What may stand between a cue and a name."""
CALLED = re.compile(
    r"(?:\s{1,2}(?:heißt|namens|named|called|nommée?|prénommée?|llamad[oa]|se llama|chamad[oa]|di nome|imieniem|jménem|"
    r"genaamd|heter|nimeltään|по имени|с именем|με το όνομα|adlı|isimli|is|ist|est|es|é|è))?(?![^\W_])"
)
"""What may stand between a relative and a name."""
ARTICLES = re.compile(r"(?:(?:el|la|le|les|il|lo|den|de|der|dem|die|o|a|os|as|the|pani|pana|paní|του|την|τον|της)\s)?")
PARTICLES = frozenset(
    [
        "van",
        "von",
        "vom",
        "der",
        "den",
        "de",
        "del",
        "della",
        "dello",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "los",
        "las",
        "el",
        "al",
        "af",
        "av",
        "ter",
        "ten",
        "te",
        "zu",
        "zum",
        "zur",
        "bin",
        "ibn",
        "ben",
        "abu",
        "ap",
        "mac",
        "mc",
        "o",
        "d",
        "l",
        "y",
        "ó",
        "dalla",
        "degli",
        "dei",
    ]
)
UPPER = frozenset(("dr", "dra", "mme"))
"""Titles of fewer than four letters that count in capitals and without a dot: MR, MS, SR and others are modalities."""
SHORT = frozenset(("dr", "mr", "ms", "mx", "hr", "pr", "mw", "sr", "др", "δρ", "sn"))
"""Titles of two letters that count without a dot where only the first is a capital."""
LEAST, ACRONYM = 2, 4
"""Letters of a name, and the most of what in capitals may be an abbreviation."""
CAPITAL, SMALL = "[A-ZÀ-ÖØ-ÞŁŚŻŹĆŠČŘŽĐİĞŞА-ЯЁΑ-Ω]", "[a-zß-öø-ÿłśżźćńšěčřžůťďňđığşа-яёα-ωά-ώ]"
WORD = rf"{CAPITAL}(?:[^\W\d_]|['-](?=[^\W\d_])){{1,60}}"
GIVEN = rf"{CAPITAL}{SMALL}{{1,60}}(?:['-]{CAPITAL}?{SMALL}{{1,60}}){{0,3}}"
CYRILLIC = "[А-ЯЁ][а-яё]{1,30}(?:-[А-ЯЁ][а-яё]{1,30})?"
SHAPES = re.compile(
    rf"{BEGIN}(?:{GIVEN}\s{{1,3}}[A-Z]\.\s{{1,3}}{GIVEN}|{CYRILLIC}\s[А-ЯЁ]\.\s?[А-ЯЁ]\.|[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?{CYRILLIC}"
    rf"|{CYRILLIC}\s{CYRILLIC}\s[А-ЯЁ][а-яё]{{2,20}}(?:ович|евич|ович[аеу]|евич[аеу]|овн[аеуы]|евн[аеуы]|ичн[аеуы]))(?!\w)"
)
GRADUATE = re.compile(
    rf"{BEGIN}(?P<name>{WORD}(?:\s{{1,3}}{WORD})?)"
    rf"(?:\s?,\s?(?:M\.?D|R\.?N|Ph\.?D|D\.O|FRCR|CSc|DrSc)\.?|\s{{1,3}}(?:M\.D|Ph\.D)\.?){END}"
    rf"|{BEGIN}(?P<doctor>{GIVEN}\s{{1,3}}{GIVEN})\s{{1,3}}(?:MD|PhD){END}"
)
QUOTED = re.compile(r"[ \t]?:?[ \t]{0,2}[\"'(][^\"')\n]{2,30}[\"')]")


class Suspect(NamedTuple):
    """Words that are taken for a name, and the title before them."""

    head: Span
    words: tuple[Span, ...]


class Reader:
    """Reads a name from a place on: words with a capital, initials and particles, up to a word that stays."""

    def __init__(self, reading: Reading, at: int, *, most: int, comma: bool, titled: bool) -> None:
        self.reading, self.at, self.most, self.comma, self.titled = reading, at, most, comma, titled
        self.words: list[Span] = []
        self.counted = 0

    def read(self) -> tuple[Span, ...]:
        """The words of the name."""
        while self.counted < self.most and self.step():
            pass
        while self.words and plain(self.letters(self.words[-1])) in PARTICLES:
            self.words.pop()
        return tuple(self.words) if self.counted else ()

    def letters(self, span: Span) -> str:
        return self.reading.flat[span[0] : span[1]]

    def step(self) -> bool:
        """Takes the next word; whether there was one."""
        flat = self.reading.flat
        gap = GAP.match(flat, self.at)
        if self.comma and self.counted in (1, 2):
            gap = COMMA.match(flat, self.at) or gap
        token = TOKEN.match(flat, gap.end() if gap else self.at)
        if token is None:
            return False
        word, small = token[0], self.reading.plain[token.start() : token.end()]
        if small in PARTICLES and len(self.words) < self.most + 2 and self.goes_on(token.end()):
            self.take(token.span(), 0)
        elif len(word) == 1 and word.isupper() and flat[token.end() : token.end() + 1] == ".":
            self.take((token.start(), token.end() + 1), 0)
        elif self.is_name(word, small, token.end()):
            self.take(token.span(), 1)
            if flat[self.at : self.at + 1] == "." and len(word) <= LEAST:
                self.at += 1
        else:
            return bool(len(word) == 1 and word.isupper() and self.counted and self.take(token.span(), 0))
        return True

    def take(self, span: Span, count: int) -> bool:
        self.words.append(span)
        self.at, self.counted = span[1], self.counted + count
        return True

    def goes_on(self, at: int) -> bool:
        """Whether a word of a name follows a particle."""
        gap = re.compile(r"[ \t]{0,2}'?").match(self.reading.flat, at)
        token = TOKEN.match(self.reading.flat, gap.end() if gap else at)
        if token is None or not token[0][0].isupper():
            return bool(token and token[0] in PARTICLES)
        return not is_term(self.reading.plain[token.start() : token.end()])

    def is_name(self, word: str, small: str, end: int) -> bool:
        """Whether a word may be one of a name."""
        if len(word) < LEAST or (word[0].upper() != word[0].lower() and not word[0].isupper()):
            return False
        if is_term(small):
            return False
        if self.counted or not self.titled:
            follows = TOKEN.match(self.reading.plain, end + 1)
            disease = follows is not None and self.reading.flat[follows.start()].islower() and is_medical(follows[0])
            if is_medical(small) and (not self.titled or disease or not is_eponym(small)):
                return False
        if word[0].upper() == word[0].lower() and self.counted:  # a script without capitals
            return (
                self.counted < LEAST
                and re.match(r"\s{0,2}(?:[,;.()-]|$)", self.reading.flat[end : end + 4]) is not None
            )
        return True


def is_eponym(small: str) -> bool:
    """Whether a plain word is a name that is part of terms."""
    return small in eponyms()


@cache
def title_words() -> tuple[frozenset[str], frozenset[str]]:
    """Abbreviations, which want a dot or their capital, and words that are written in small letters, too."""
    rows = listed("titles"), listed("forms")
    return frozenset(rows[0]), frozenset(rows[1])


def titles(reading: Reading) -> re.Pattern[str]:
    """Up to four titles in plain text."""
    return compiled(rf"(?:{BEGIN}(?:{cues('titles', 'forms').among(reading)})\.?[ \t]{{0,2}}){{1,4}}")


def title(reading: Reading) -> re.Pattern[str]:
    """One title in plain text."""
    return compiled(rf"{BEGIN}(?P<cue>{cues('titles', 'forms').among(reading)})(?P<dot>\.?)")


def is_title(flat: str, dotted: bool) -> bool:
    """Whether a title counts: with a dot, as a word, or with its capital alone."""
    small = plain(flat)
    abbreviations, forms = title_words()
    if small in forms:
        return not flat.islower() or small not in CAPITAL_FORMS
    if dotted or flat.endswith(("'", ".")) or '"' in flat:
        return True
    if flat[0].upper() == flat[0].lower():
        return len(flat) > 1
    if flat.islower() and small in abbreviations:
        return small in SMALL_TITLES
    if flat.isupper():
        return small in UPPER or len(small) >= ACRONYM
    return small in SHORT or len(small) > LEAST


CAPITAL_FORMS = frozenset(
    [
        "herr",
        "frau",
        "miss",
        "mister",
        "madam",
        "nurse",
        "sister",
        "sir",
        "lady",
        "father",
        "doctor",
        "professor",
        "don",
        "dona",
        "pan",
        "bay",
        "seu",
        "broeder",
        "zuster",
        "heer",
        "hoitaja",
        "syster",
        "fru",
        "menina",
        "pfleger",
    ]
) - {"pan"}
"""Words that name somebody only with their capital."""
SMALL_TITLES = frozenset(
    (
        "κα",
        "κος",
        "hr",
        "fr",
        "pí",
        "dr",
        "mudr",
        "mme",
        "mlle",
        "dott",
        "dra",
        "doc",
        "prof",
        "tri",
        "д-р",
        "врач",
        "др",
    )
)


def titled(reading: Reading) -> Iterator[Suspect]:
    """Names behind titles."""
    if not cues("titles", "forms").may_be_in(reading):
        return
    at = 0
    while hit := titles(reading).search(reading.plain, at):
        at = hit.end()
        found = behind_title(reading, hit)
        if found:
            at = max(at, found.words[-1][1])
            yield found


def behind_title(reading: Reading, hit: re.Match[str]) -> Suspect | None:
    """The name behind one or several titles, if one of these counts."""
    parts = list(title(reading).finditer(reading.plain, hit.start(), hit.end()))
    flats = [(reading.flat[part.start("cue") : part.end("cue")], bool(part["dot"])) for part in parts]
    if not any(is_title(*flat) for flat in flats):
        return None
    if not reading.flat[hit.end() - 1].isspace() and not flats[-1][1] and not flats[-1][0].endswith("'"):
        return None
    if all(flat.isupper() and not dotted for flat, dotted in flats) and opens_term(reading, hit.end()):
        return None
    strong = any(len(flat) > 1 for flat, _ in flats)
    names = Reader(reading, hit.end(), most=3 if len(flats) > 1 or strong else 2, comma=False, titled=strong).read()
    if not names:
        names = small_name(reading, hit, flats)
    return Suspect(hit.span(), names) if names else None


def opens_term(reading: Reading, at: int) -> bool:
    """Whether a word of medicine that is no eponym follows: DR Mechanical."""
    token = TOKEN.match(reading.plain, at)
    return token is not None and is_medical(token[0]) and not is_eponym(token[0])


def small_name(reading: Reading, hit: re.Match[str], flats: list[tuple[str, bool]]) -> tuple[Span, ...]:
    """A name in small letters behind a title in small letters: "dr zorbath"."""
    token = TOKEN.match(reading.plain, hit.end())
    if flats[-1][0] not in SMALL_TITLES or token is None or len(token[0]) <= LEAST + 1 or is_medical(token[0]):
        return ()
    return () if any(letter.isupper() for letter in reading.flat[hit.start() : token.end()]) else (token.span(),)


def cued(reading: Reading) -> Iterator[Suspect]:
    """Names behind cues such as "referred by" or "Name:"."""
    for hit in cues("cues").found(reading):
        at = BETWEEN.match(reading.flat, hit.end()).end()  # type: ignore[union-attr]
        at = ARTICLES.match(reading.plain, at).end()  # type: ignore[union-attr]
        before = titles(reading).match(reading.plain, at) if cues("titles", "forms").may_be_in(reading) else None
        head = (at, at)
        if before and TOKEN.match(reading.flat, before.end()):
            head = before.span()
        names = Reader(reading, head[1], most=3, comma=True, titled=True).read()
        if names and not opens_phrase(reading, hit):
            yield Suspect(head, names)


def paired(reading: Reading) -> Iterator[Suspect]:
    """Names of two words or more behind a word that wants a colon before a single one: Patient Eleanor Vance."""
    for hit in pairs().found(reading):
        at = GAP.match(reading.flat, hit.end()).end()  # type: ignore[union-attr]
        names = Reader(reading, at, most=3, comma=False, titled=False).read()
        parts = [reading.flat[begin:end] for begin, end in names]
        if len(parts) > 1 and not any(part.isupper() and part.lower() != part for part in parts[:2]):
            yield Suspect((at, at), names)


@cache
def pairs() -> Cues:
    """The cues that want a colon, but for German, where every noun has a capital."""
    rows = table("languages.json")["languages"]
    words = {
        plain(word[:-1])
        for code in rows
        if code != "de"
        for word in rows[code].get("cues", "").split("|")
        if word.endswith(":")
    }
    return Cues(sorted(words))


def behind(pattern: re.Pattern[str], reading: Reading, at: int) -> int:
    """Where what the pattern finds at a place ends; the place itself where it finds nothing."""
    hit = pattern.match(reading.flat, at)
    return hit.end() if hit else at


def opens_phrase(reading: Reading, hit: re.Match[str]) -> bool:
    """Whether the cue is the latter part of a longer word."""
    return hit.start() > 0 and reading.plain[hit.start() - 1] in "-'" and reading.plain[hit.start() - 2].isalpha()


def related(reading: Reading) -> Iterator[Suspect]:
    """Names beside relatives, and what somebody is called."""
    for hit in cues("relatives").found(reading):
        at = BETWEEN.match(reading.flat, behind(CALLED, reading, hit.end())).end()  # type: ignore[union-attr]
        names = Reader(reading, at, most=3, comma=False, titled=False).read()
        first = reading.flat[names[0][0] : names[0][1]] if names else ""
        if len(first) > LEAST and not (first.isupper() and len(first) <= ACRONYM) and "\n" not in first:
            yield Suspect((at, at), names)
    for hit in cues("nicknames").found(reading):
        quoted = QUOTED.match(reading.flat, hit.end())
        if quoted:
            yield Suspect((hit.end(), hit.end()), (quoted.span(),))
            continue
        at = BETWEEN.match(reading.flat, hit.end()).end()  # type: ignore[union-attr]
        names = Reader(reading, at, most=2, comma=False, titled=False).read()
        if names:
            yield Suspect((at, at), names)


def honoured() -> Cues:
    """Titles that stand behind a name, in Turkish."""
    return cues("behind")


@cache
def behind_names() -> re.Pattern[str]:
    return re.compile(rf"{BEGIN}(?P<name>{GIVEN}(?:\s{GIVEN})?)\s(?P<title>{CAPITAL}\w{{1,12}})\b")


def shaped(reading: Reading) -> Iterator[Suspect]:
    """Names with initials, a patronymic or a degree."""
    for hit in SHAPES.finditer(reading.flat):
        yield Suspect((hit.start(), hit.start()), (hit.span(),))
    if honoured().may_be_in(reading):
        for hit in behind_names().finditer(reading.flat):
            if plain(hit["title"]) in listed("behind", "tr") and not is_term(plain(hit["name"].split()[0])):
                yield Suspect(hit.span("title"), (hit.span("name"),))
    for hit in GRADUATE.finditer(reading.flat):
        place = hit.span("name") if hit["name"] else hit.span("doctor")
        words = tuple(
            (place[0] + word.start(), place[0] + word.end())
            for word in re.finditer(r"\S+", hit["name"] or hit["doctor"])
            if not is_term(plain(word[0]))
        )
        if words:
            yield Suspect((place[1], hit.end()), words)
