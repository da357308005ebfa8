"""Names in other cases: Nowakowskiej of Nowakowska, Nováka of Novák, Virtasen of Virtanen, Papadopoulou.

The endings are those of Slavic and Baltic languages, Estonian, Finnish, Greek, Latin and Hungarian, in text as it is
searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dicom_deid.profile import table

MIN_NAME, MIN_STEM = 4, 4
"""Least number of letters of a name that is inflected, and of what all its cases have in common."""
FINNISH = ("nen", r"(?:nen|s(?:e[a-z]{1,4}|t[ae][a-z]{0,2}|i[a-z]{0,4}))")
NOMINATIVES = (re.compile("(?:ij|yj|ii|yi|iy|as|is|us|os|es|ys|s|[aeiouy])$"), re.compile("(?:ou|ius|eva|ova)$"))
SHORT_ENDING = r"(?![a-z](?![a-z]))"
"""No ending of one letter."""
MASCULINE = re.compile("(.{4,}(?:ov|ev|in|yn))a|(.{5,})ova")
"""Names of women, from which those of men are made."""
CASES = "i(?:o|ui|u|ai|ams|us|uje|uose)"
SOFTENED = (
    (re.compile("(.{3,}[scz])k[iay]"), "cy(?:ch|m|mi)?"),
    (re.compile("(.{3,})t[iy]s"), f"c{CASES}"),
    (re.compile("(.{3,}d)[iy]s"), f"z{CASES}"),
    (re.compile("(.{3,})ne"), "se(?:le?|lt|ga|sse|st|s|ks|ta|na|ni)?"),
)
"""Names whose last consonant changes in other cases, and the new end: Kowalscy of Kowalski, Petraičio of Petraitis."""
FLEETING = re.compile("(?<=[b-df-hj-np-tv-z])[eo](?=[cklnr]$)")


def inflected(names: Iterable[str]) -> str:
    """An expression for all cases of these names, in small Latin letters; "" where none is inflected."""
    finnish, stems, whole = set[str](), set[str](), set[str]()
    for name in names:
        if len(name) < MIN_NAME:
            continue
        if name.endswith(FINNISH[0]) and len(name) > MIN_NAME:
            finnish.add(name[: -len(FINNISH[0])])
        for one in (name, *(form.sub("", name) for form in (*NOMINATIVES, FLEETING))):
            if len(one) >= MIN_STEM:
                stems.add(one if len(name) > MIN_STEM else one + SHORT_ENDING)
        masculine = MASCULINE.fullmatch(name)
        if masculine:
            whole.add(masculine[1] or masculine[2])
        whole.update(hit[1] + end for form, end in SOFTENED if (hit := form.fullmatch(name)))
    endings = table("letters.json")["endings"].replace(" ", "|")
    ways = [f"(?:{'|'.join(sorted(stems))})(?:{endings})"] if stems else []
    ways += sorted(whole)
    if finnish:
        ways.append(f"(?:{'|'.join(sorted(finnish))}){FINNISH[1]}")
    return f"(?:{'|'.join(ways)})" if ways else ""
