"""The tables of languages as expressions: cues, titles, units and kinds of places, those of all languages together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from dicom_deid.deidentify.suspects.reading import IDEOGRAPHS, Reading, plain
from dicom_deid.profile import table

BEGIN, END = r"(?<![^\W_])", r"(?![^\W_])"
"""Bounds of a word; an underscore is none of its letters."""
JOINED = rf"(?:{END}|(?:(?<=[^\W\d_]{{3}})|(?<=[^\W_][-. ](?:n[or]|id)))(?=\d[\d./-]{{4}}))"
"""The end of a word of three letters or more, right behind which a long number may stand: MRN5512093, Fall-Nr20231."""
NUMBER_WORDS = {"no": r"(?:n\.?[or]?\.?|№|nr\.?|num\.?|numero|#)", "n": r"(?:n\.?[or]?\.?|№|#)"}
EASTERN = ("zh", "ja", "ko")
SCRIPTS = (
    (re.compile("[\u0400-\u04ff]"), ("ru", "uk")), (re.compile("[\u0370-\u03ff]"), ("el",)),
    (re.compile("[\u0590-\u05ff]"), ("he",)), (re.compile("[\u0600-\u06ff]"), ("ar",)), (IDEOGRAPHS, EASTERN),
)  # fmt: skip
"""Scripts, and the languages that are written in them."""
SCRIPTED = frozenset(code for _, codes in SCRIPTS for code in codes)


@cache
def listed(key: str, *languages: str) -> tuple[str, ...]:
    """The words of a key, plain, of some languages, or of all that are written in letters."""
    rows = table("languages.json")["languages"]
    chosen = languages or tuple(code for code in rows if code not in EASTERN)
    found = (word for code in chosen for word in rows[code].get(key, "").split("|") if word)
    return tuple(dict.fromkeys(map(plain, found)))


@cache
def everywhere(key: str) -> frozenset[str]:
    """A list of plain words that belongs to no language."""
    return frozenset(table("languages.json")["everywhere"][key].split("|"))


def alternation(words: Iterable[str]) -> str:
    """An expression for any of the words, the longest first."""
    return "|".join(map(expression, sorted(set(words), key=lambda word: (-len(word), word))))


def expression(words: str) -> str:
    """An expression for plain words: dots may be left out, spaces doubled; "no" also stands for its other spellings."""
    parts = []
    for word in words.rstrip(":").split(" "):
        part = NUMBER_WORDS.get(word) or re.escape(word).replace(r"\.", r"\.?\s?").replace(r"\~", r"\w{0,5}")
        parts.append(part.removesuffix(r"\.?\s?") + r"\.?" if word.endswith(".") else part)
    colon = r"\s?:" if words.endswith(":") else ""
    last = words.rstrip(":")[-1]
    end = END if (last.isalnum() or last == "~") and not IDEOGRAPHS.match(last) else ""
    return r"\.?[\s_]{1,2}".join(parts) + end + colon


class Cues:
    """Some words of all languages, found by expressions for those alone whose first word is in the text."""

    def __init__(self, words: Iterable[str], behind: str = "", *, joined: bool = False) -> None:
        self.behind, self.joined = behind, joined
        self.by_first: dict[str, list[str]] = {}
        self.inflected: list[str] = []
        for word in words:
            first = re.search(r"[^\W\d_]+", word)
            if "~" in word or first is None:
                self.inflected.append(word)
            else:
                self.by_first.setdefault(first[0], []).append(word)

    def may_be_in(self, reading: Reading) -> bool:
        """Whether a first word is there."""
        return bool(self.inflected) or not self.by_first.keys().isdisjoint(reading.words)

    def among(self, reading: Reading) -> str:
        """An expression for those that may be in a text."""
        firsts = self.by_first.keys() & reading.words
        return alternation([*self.inflected, *(word for first in firsts for word in self.by_first[first])])

    def found(self, reading: Reading) -> Iterable[re.Match[str]]:
        """The places in the plain text."""
        if not self.may_be_in(reading):
            return ()
        words = self.among(reading).replace(END, JOINED) if self.joined else self.among(reading)
        return compiled(f"{BEGIN}(?P<cue>{words}){self.behind}").finditer(reading.plain)


@cache
def cues(*keys: str, behind: str = "", joined: bool = False) -> Cues:
    """The words of some keys of languages that are written in letters."""
    return Cues([word for key in keys for word in listed(key)], behind, joined=joined)


@lru_cache(256)
def compiled(expression: str) -> re.Pattern[str]:
    """The pattern of an expression."""
    return re.compile(expression)


@cache
def common_words() -> dict[str, frozenset[str]]:
    """Plain word -> the languages in which it is one of the most common."""
    rows = table("languages.json")["languages"]
    found: dict[str, set[str]] = {}
    for code, row in rows.items():
        for word in row.get("common", "").split("|"):
            found.setdefault(plain(word), set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items()}


def languages_of(reading: Reading) -> tuple[str, ...]:
    """The languages that a text may be in, by its script or its common words; none where neither tells."""
    if reading.languages is None:
        reading.languages = tuple(told_languages(reading))
    return reading.languages


def told_languages(reading: Reading) -> Iterable[str]:
    """The same, worked out."""
    if not reading.text.isascii():
        for script, codes in SCRIPTS:
            if script.search(reading.text):
                return codes
    known, counted = common_words(), dict[str, int]()
    for word in known.keys() & reading.words:
        for code in known[word]:
            counted[code] = counted.get(code, 0) + 1
    most = max(counted.values(), default=0)
    return sorted(code for code, count in counted.items() if count == most)


@cache
def numbered(key: str, behind: str) -> Cues:
    """The cues of a kind of number, with the number behind them, perhaps without a space."""
    return cues(key, behind=behind, joined=True)


@cache
def eastern_cue(key: str, value: str) -> re.Pattern[str]:
    """The cues of Chinese, Japanese and Korean, with the number behind them."""
    words = "|".join(sorted(map(re.escape, listed(key, *EASTERN)), key=lambda word: -len(word)))
    return re.compile(rf"(?:{words})\s?(?:no\.?|번호|号码|番号)?\s{{0,2}}[:(]?\s{{0,2}}{value}")
