"""Disguises: identifiers whose letters stand as something else, though everybody can read or undo them.

As entities (M&uuml;ller), percent-encoded (M%C3%BCller) or quoted (M=C3=BCller), letter by letter (Z-O-R-B-A-T-H), in
letters of another script that look the same, in base64 or hexadecimal digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from dicom_deid.deidentify.encoded_words import as_text, encoded_words
from dicom_deid.deidentify.letters import fold, pairs, read_letters
from dicom_deid.deidentify.vocabulary import ordinary

if TYPE_CHECKING:
    from dicom_deid.deidentify.finder import Finder

Span = tuple[int, int]
CODED = re.compile(
    r"%u[\da-fA-F]{4}|&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});?|(?:%[\da-fA-F]{2})+|(?:=[\dA-F]{2})+(?![\dA-F])"
)
"""Letters that stand as their numbers or names."""
NESTED = 3
"""How often letters may be encoded one over the other: &amp;#90; is Z."""
EAST = "[\u1100-\U0003ffff]"
ALONE = re.compile(
    r"(?<![^\W_])[^\W_](?:[^\w\\]{1,3}[^\W_]|_[^\W_]){3,}(?![^\W_])"
    rf"|(?<!\w){EAST}(?:[\s\u00b7\u30fb]{{1,2}}{EAST})+(?!\w)"
)
"""Letters that stand apart, each by itself."""
PIECES = re.compile(r"(?<![^\W_])[^\W_]{1,3}(?:(?:[ .'·-]{1,2}|_)[^\W_]{1,3}){2,}(?![^\W_])")
"""Three pieces or more of up to three letters: ZO RB AT H."""
LONG = 6
"""Letters of an identifier that is found in such pieces."""
LEAST = 4
"""Letters of an identifier that is found letter by letter, or by the looks of its letters."""
EASTERN = "\u2e80"
"""The first letter of the scripts in which two letters are enough: Kana and Han."""
OTHER_SCRIPTS = re.compile("[\u0370-\u058f\u13a0-\u13ff\u1f00-\u1fff\u2c80-\u2cff]")
"""Scripts with letters that look like Latin ones."""


def spans(text: str, found: Finder) -> Iterator[Span]:
    """The places of disguised identifiers in a text as it is written."""
    if CODED.search(text):
        yield from decoded_spans(text, found)
    for hit in ALONE.finditer(text):
        yield from spelt_spans(text, hit, found)
    for hit in PIECES.finditer(text):
        yield from divided_spans(text, hit, found)
    if OTHER_SCRIPTS.search(text):
        yield from alike_spans(text, found)
    for hit, plain in encoded_words(text):
        if found.finds(read_letters(plain)[0]):
            yield hit.span()


def decoded_spans(text: str, found: Finder) -> Iterator[Span]:
    """The places of identifiers of whose letters some are encoded."""
    letters, places = decoded(text)
    searched, at = read_letters(letters)
    yield from ((places[at[start]][0], places[at[end - 1]][1]) for start, end in found.spans(searched) if start < end)


def decoded(text: str) -> tuple[str, list[Span]]:
    """A text with its encoded letters as themselves, and for each letter where it stands."""
    places = [(at, at + 1) for at in range(len(text))]
    for _ in range(NESTED):
        parts, moved, end = list[str](), list[Span](), 0
        for hit in CODED.finditer(text):
            plain = meant(hit[0])
            parts += (text[end : hit.start()], plain)
            moved += places[end : hit.start()]
            moved += [(places[hit.start()][0], places[hit.end() - 1][1])] * len(plain)
            end = hit.end()
        if not parts:
            break
        text, places = "".join((*parts, text[end:])), moved + places[end:]
    return text, places


def meant(code: str) -> str:
    """What encoded letters stand for."""
    if code.startswith("%u"):
        return chr(int(code[2:], 16))
    if code.startswith("&"):
        from html import unescape  # its table of names is loaded when there is one

        return unescape(code)
    return as_text(bytes.fromhex(code.replace(code[0], "")))


def spelt_spans(text: str, run: re.Match[str], found: Finder) -> Iterator[Span]:
    """The places of identifiers within letters that stand apart."""
    at = [place for place in range(*run.span()) if text[place].isalnum()]
    searched, places = read_letters("".join(text[place] for place in at))
    for hit in found.spelt.finditer(searched):
        yield at[places[hit.start()]], at[places[hit.end() - 1]] + 1


def divided_spans(text: str, run: re.Match[str], found: Finder) -> Iterator[Span]:
    """The places of long identifiers that begin and end with short pieces, of which not all are ordinary words."""
    pieces = [(run.start() + one.start(), run.start() + one.end()) for one in re.finditer(r"[^\W_]+", run[0])]
    begins, ends = {begin for begin, _ in pieces}, {end for _, end in pieces}
    for begin, end in spelt_spans(text, run, found):
        within = [text[slice(*piece)] for piece in pieces if begin <= piece[0] and piece[1] <= end]
        if (
            begin in begins
            and end in ends
            and len("".join(within)) >= LONG
            and not all(map(ordinary, map(fold, within)))
        ):
            yield begin, end


def spelling(identifiers: frozenset[str]) -> re.Pattern[str]:
    """Finds identifiers as text is searched, without what stands between their letters."""
    plain = {"".join(filter(str.isalnum, one)) for one in identifiers}
    long = {one for one in plain if len(one) >= (LEAST if min(one, default="") < EASTERN else 2)}
    longest = sorted(long, key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, longest)) or "(?!)")


def alike_spans(text: str, found: Finder) -> Iterator[Span]:
    """The places of words that look like an identifier."""
    yield from (hit.span() for hit in re.finditer(r"[^\W_]+", text) if seen(hit[0]) in found.looks)


def looks(identifiers: frozenset[str]) -> frozenset[str]:
    """How the words among the identifiers look in small letters and in capitals."""
    words = [one for one in identifiers if len(one) >= LEAST and one.isalpha()]
    return frozenset(chain(map(seen, words), (seen(word.upper()) for word in words)))


def seen(word: str) -> str:
    """A word in the Latin letters that its letters look like."""
    return fold(word.translate(alike()))


@cache
def alike() -> dict[int, str]:
    """Letter -> the Latin letter that looks the same."""
    return str.maketrans(pairs("alike"))
