"""Names beside what tells a person: cues such as "referred by", relatives, initials or a degree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, END, Cues, cues, everywhere, languages_of, listed
from dicom_deid.deidentify.suspects.lists import is_person, others
from dicom_deid.deidentify.suspects.names import GAP, LEAST, TOKEN, Reader, Suspect
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.deidentify.suspects.titles import ACRONYM, titles
from dicom_deid.deidentify.suspects.vocabulary import behind_patient, is_medical, is_term
from dicom_deid.profile import table

ALONE = re.compile(r"\s{0,2}(?:[^\w\s]|$)|\s{1,2}[^\W\d_A-ZÀ-Þ]")
"""What follows a single name: a mark, or a small letter."""
BETWEEN = re.compile(r"(?:[ \t]{0,3}[:=])?[ \t]{0,3}[-(\"']?[ \t]{0,2}")
"""What may stand between a cue and a name."""
CALLED = re.compile(
    r"(?:'?s\sname(?:\sis)?|\s{1,2}(?:of|heißt|namens|named|called|"
    r"nommée?|prénommée?|llamad[oa]|se llama|chamad[oa]|di nome|imieniem|jménem|"
    r"genaamd|heter|nimeltään|по имени|с именем|με το όνομα|adlı|isimli|is|ist|est|es|é|è))?(?![^\W_])"
)
"""What may stand between a relative and a name."""
APPOSED, ENDED = re.compile(r"\s?,\s{1,2}"), re.compile(r"\s?(?:[,;.)]|$)")
"""What stands before and behind a name that is put between commas."""
ARTICLES = re.compile(r"(?:(?:el|la|le|les|il|lo|den|de|der|dem|die|o|a|os|as|the|pani|pana|paní|του|την|τον|της)\s)?")
CAPITAL, SMALL = "[A-ZÀ-ÖØ-ÞŁŚŻŹĆŠČŘŽĐİĞŞŐŰА-ЯЁΑ-Ω]", "[a-zß-öø-ÿłśżźćńšěčřžůťďňđığşőűа-яёα-ωά-ώ]"
WORD = rf"{CAPITAL}(?:[^\W\d_]|['-](?=[^\W\d_])){{1,60}}"
GIVEN = rf"{CAPITAL}{SMALL}{{1,60}}(?:['-]{CAPITAL}?{SMALL}{{1,60}}){{0,3}}"
CYRILLIC = "[А-ЯЁ][а-яё]{1,30}(?:-[А-ЯЁ][а-яё]{1,30})?"
SHAPES = re.compile(
    rf"{BEGIN}(?:{GIVEN}\s{{1,3}}[A-Z]\.\s{{1,3}}{GIVEN}|{CYRILLIC}\s[А-ЯЁ]\.\s?[А-ЯЁ]\.|[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?{CYRILLIC}"
    rf"|{CYRILLIC}\s{CYRILLIC}\s[А-ЯЁ][а-яё]{{2,20}}(?:ович|евич|ович[аеу]|евич[аеу]|овн[аеуы]|евн[аеуы]|ичн[аеуы]))(?!\w)"
)
ACTS = (
    "re-?reviewed|reviewed|read|reports?|reported|dictated|signed|approved|verified|interpreted|performed|ordered|"
    "requested|notified|informed|aware|paged|called"
)
"""Acts of a physician, behind a name with a degree."""
INITIALS = r"(?:[A-Z]\.?\s{1,3}){0,2}"
GRADUATE = re.compile(
    rf"{BEGIN}(?P<name>{WORD}(?:\s{{1,3}}{WORD})?)"
    rf"(?:\s?,\s?(?:M\.?D|R\.?N|Ph\.?D|D\.O|FRCR|CSc|DrSc)\.?|\s{{1,3}}(?:M\.D|Ph\.D)\.?){END}"
    rf"|{BEGIN}(?P<doctor>{GIVEN}\s{{1,3}}{GIVEN})\s{{1,3}}(?:MD|PhD){END}"
    rf"|{BEGIN}(?P<one>{INITIALS}{WORD})\s{{1,3}}(?:MD|DO|NP|PA|RN)(?=\s{{1,3}}(?i:{ACTS}){END})"
    rf"|{BEGIN}(?P<last>{INITIALS}{GIVEN})\s?,?\s{{1,3}}(?:MD|RN|NP|FRCR|FRCS|FRANZCR|ARRT|PA-C|CRNP|APRN|RT\(R\)|R\.T\.)"
    r"(?=\s{0,2}(?:[,;.)/]|$)|\s-\s)"
)
SINGLE = 5
"""Letters of a single name before a degree, at least."""
BRACKETED = re.compile(
    rf"{BEGIN}(?P<name>{GIVEN},?\s{{1,2}}{GIVEN})\s\((?i:patient|patientin|patiente|pt|pat\.?|paciente|paziente|pacjent|pacient)\)"
)
"""A name, and behind it that it is the patient's."""
BESIDE = re.compile(
    rf"{BEGIN}(?i:d/w|w/|c/o|with|by|per|via)\s{{0,2}}(?:(?i:dr)\.?\s)?(?P<name>{GIVEN}(?:\s{GIVEN})?)"
    rf"\s?,?\s{{1,2}}(?P<title>MD|DO|NP|RN|PA|PA-C|RT|PhD|FRCR|DPM|CRNP|APRN){END}"
)
"""A name between a word such as "with" and a degree: w/ Zorbath MD."""
STRONG = re.compile(r"nick|prefer|like|want|ask|wish|goes by|answers")
"""What tells of words for being called that a name follows, whatever it means: prefers to be called Dot."""
QUOTED = re.compile(r"[ \t]?:?[ \t]{0,2}[\"'(][^\"')\n]{2,30}[\"')]")


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
        if names and not opens_phrase(reading, hit) and (head[0] < head[1] or not is_ordinary(reading, hit, names[0])):
            suspect = Suspect(head, names)
            yield suspect
            yield from others(reading, suspect)


def is_ordinary(reading: Reading, hit: re.Match[str], name: Span) -> bool:
    """Whether an ordinary word follows a cue without a mark between: Physician Note."""
    return reading.plain[hit.end() : name[0]].isspace() and reading.plain[name[0] : name[1]] in behind_patient()


def paired(reading: Reading) -> Iterator[Suspect]:
    """Names behind a word that wants a colon, without it: two words, or one behind the word for a patient."""
    for hit in pairs().found(reading):
        short = hit.end("cue") - hit.start("cue") < ACRONYM and reading.flat[hit.end() : hit.end() + 1] == "."
        at = GAP.match(reading.flat, hit.end() + short).end()  # type: ignore[union-attr]
        names = Reader(reading, at, most=3, comma=False, titled=False).read()
        parts = [reading.flat[begin:end] for begin, end in names]
        written = not any(part.isupper() and part.lower() != part for part in parts[:2])
        if written and (len(parts) > 1 or (parts and is_patient(reading, hit, names[0]))):
            yield Suspect((at, at), names)


def is_patient(reading: Reading, hit: re.Match[str], name: Span) -> bool:
    """Whether a single word behind a cue names a patient, in a language in which only names have a capital."""
    word, cue = reading.plain[name[0] : name[1]], reading.flat[hit.start("cue") : hit.end("cue")]
    return (
        hit["cue"].rstrip(".") in everywhere("patients")
        and ("de" not in languages_of(reading) or (hit["cue"] == "patientin" and not is_medical(word)))
        and not cue.isupper()
        and len(word) > ACRONYM
        and word not in behind_patient()
        and ALONE.match(reading.flat, name[1]) is not None
    )


@cache
def pairs() -> Cues:
    """The cues that want a colon."""
    rows = table("languages.json")["languages"].values()
    found = {plain(word[:-1]) for row in rows for word in row.get("cues", "").split("|") if word.endswith(":")}
    return Cues(sorted(found))


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
            suspect = Suspect((at, at), names)
            yield suspect
            yield from others(reading, suspect)
        else:
            yield from beside(reading, hit.end())
    for hit in cues("nicknames").found(reading):
        quoted = QUOTED.match(reading.flat, hit.end())
        if quoted:
            yield Suspect((hit.end(), hit.end()), (quoted.span(),))
            continue
        at = BETWEEN.match(reading.flat, hit.end()).end()  # type: ignore[union-attr]
        names = Reader(reading, at, most=2, comma=False, titled=STRONG.search(hit["cue"]) is not None).read()
        if names:
            yield Suspect((at, at), names)


def beside(reading: Reading, at: int) -> Iterator[Suspect]:
    """A name between commas behind a relative: his wife, Odalinde, called."""
    comma = APPOSED.match(reading.flat, at)
    names = Reader(reading, comma.end(), most=3, comma=False, titled=False).read() if comma else ()
    if names and ENDED.match(reading.flat, names[-1][1]):
        words = [reading.flat[slice(*name)] for name in names]
        if is_person(words[0]) and not any(is_medical(plain(word)) for word in words):
            yield Suspect((names[0][0], names[0][0]), names)


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
    for hit in BRACKETED.finditer(reading.flat):
        if any(is_medical(word) for word in plain(hit["name"]).replace(",", "").split()):
            continue
        yield Suspect((hit.end("name"), hit.end("name")), (hit.span("name"),))
    yield from graduates(reading)


def graduates(reading: Reading) -> Iterator[Suspect]:
    """Names before a degree."""
    for hit in BESIDE.finditer(reading.flat):
        if not any(is_medical(word) for word in plain(hit["name"]).split()):
            yield Suspect(hit.span("title"), (hit.span("name"),))
    for hit in GRADUATE.finditer(reading.flat):
        group = hit.lastgroup or "name"
        place = hit.span(group)
        if group in ("one", "last") and not is_single(hit[group].split()[-1]):
            continue
        words = tuple(
            (place[0] + word.start(), place[0] + word.end())
            for word in re.finditer(r"\S+", hit.string[slice(*place)])
            if group in ("one", "last") or not is_term(plain(word[0]))
        )
        if words:
            yield Suspect((place[1], hit.end()), words)


def is_single(name: str) -> bool:
    """Whether a single word before a degree may be a name: Zorbath MD, but neither Primary MD nor Tensor MD."""
    word = plain(name)
    return len(word) >= SINGLE and word not in everywhere("before_degrees") and not is_medical(word)
