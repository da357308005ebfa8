"""Names in other scripts as people write them in Latin letters: from Cyrillic, Greek, Kana and Hangul.

There are several ways for each script; what they have in common with the plain one (deidentify/letters.py) is left out.
Names in Han, Arabic and Hebrew letters have none that follows from the letters alone: there, the alphabetic
representation of a person name (PS3.5 6.2.1.2) says how it is written.
"""

from __future__ import annotations

import re

from dicom_deid.deidentify.letters import fold, latin, pairs
from dicom_deid.normal_form import normal_form
from dicom_deid.profile import table

GERMAN = (("shch", "schtsch"), ("zh", "sch"), ("ch", "tsch"), ("sh", "sch"), ("ts", "z"), ("v", "w"), ("kh", "ch"))
GERMAN_VOWELS = (("ya", "ja"), ("yu", "ju"), ("ye", "je"), ("yo", "jo"))
SCIENTIFIC = (("shch", "sc"), ("zh", "z"), ("kh", "h"), ("ts", "c"), ("ch", "c"), ("sh", "s"), *GERMAN_VOWELS)
FRENCH = (("shch", "chtch"), ("ch", "tch"), ("sh", "ch"), ("zh", "j"), ("u", "ou"))
LONG_SHCH, SHORT_SHCH = ("shch", "schtsch", "chtch"), ("sch", "stch")
"""Ways to write щ, and those that are shorter than the rules have it: Scherbakow."""
ENDINGS = (("ii", "y"), ("yi", "y"), ("ii", "ij"), ("ii", "i"), ("ai", "ay"), ("ei", "ey"), ("iya", "ia"), ("v", "ff"))
GREEK = (("y", "i"), ("y", "u"), ("v", "b"), ("ch", "h"), ("th", "t"), ("mp", "b"), ("nt", "d"), ("gk", "g"))
GREEK_MORE = (("f", "ph"), ("k", "c"), ("x", "ks"), ("aug", "avg"))
VOICELESS, VOICED = re.compile("([ae])[uy](?=th|ch|[kxpstf]|$)"), re.compile("([ae])[uy]")
"""Alpha or epsilon with upsilon, before a voiceless consonant and before any other letter."""
SMALL = frozenset("ゃゅょ")
"""Letters that make one syllable with the one before."""


def transcriptions(name: str) -> set[str]:
    """The ways to write a part of a name, in small letters, that is not in Latin letters; of three letters on."""
    found = set[str]()
    if re.search("[\u0400-\u052f]", name):
        found = set().union(*(cyrillic(latin(fold(one))) for one in softened(name)))
    elif re.search("[\u0370-\u03ff\u1f00-\u1fff]", name):
        found = greek(latin(fold(name)))
    elif re.search("[\u3041-\u30fe\uff66-\uff9f]", name):
        found = kana(name)
    elif re.search("[\uac00-\ud7a3]", name):
        found = hangul(name)
    return {one for one in found if len(one) > 2 and one.isascii()}


def softened(name: str) -> set[str]:
    """A Cyrillic name, and with Latin letters for its soft vowels and its ё as they are heard: Юрьев, Соловьёв."""
    return {name, re.sub("ь(?=[еюя])", "y", name), *(re.sub("ь?ё", heard, name) for heard in ("yo", "o"))}


def cyrillic(plain: str) -> set[str]:
    """English, German, French and scientific ways, from the plain one."""
    found = {plain, *(replaced(plain, way) for way in (GERMAN, GERMAN + GERMAN_VOWELS, SCIENTIFIC, FRENCH))}
    found |= {one.replace(long, short) for one in found for long in LONG_SHCH for short in SHORT_SHCH}
    found |= {replaced(one, GERMAN_VOWELS) for one in found}
    found |= {one[: -len(old)] + new for one in found for old, new in ENDINGS if one.endswith(old)}
    return found | {re.sub("^e", "ye", one) for one in found if one[:1] == "e"}


def greek(plain: str) -> set[str]:
    """The ways that change one letter, and those that change several."""
    found = {plain}
    for base in {plain, spoken(plain), spoken(plain).replace("gg", "ng")}:
        for old, new in (*GREEK, *GREEK_MORE):
            found |= {one.replace(old, new) for one in (base, replaced(base, GREEK[:1]))}
        found |= {base, replaced(base, GREEK[:1] + GREEK[3:])}
    return found


def spoken(plain: str) -> str:
    """The diphthongs as they are spoken and in passports (ISO 843): Eleftheria, Pavlos."""
    return VOICED.sub(r"\1v", VOICELESS.sub(r"\1f", plain))


def replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """The text with each of these replaced, in one go: what was put in is not replaced again."""
    known = dict(pairs)
    return re.sub("|".join(sorted(known, key=len, reverse=True)), lambda hit: known[hit[0]], text)


def kana(name: str) -> set[str]:
    """Hepburn's way, with long vowels and without."""
    known, found = pairs("kana"), ""
    for letter in normal_form("NFKC", name):
        plain = latin(letter)
        if plain in SMALL:
            soft = found.endswith(("shi", "chi", "ji"))
            found = found[:-1] + known[plain][soft:]
        elif plain in known:
            found += known[plain]
        elif plain not in "っー":
            return set()
    short = re.sub("o[uo]", "o", found).replace("uu", "u")
    return {found, short, short.replace("o", "oh", 1) if short != found else found}


def hangul(name: str) -> set[str]:
    """The official way of the Republic of Korea, and the usual ways of writing family names."""
    known, syllables = table("letters.json"), []
    parts = [known[f"hangul_{part}"].replace("-", "").split(" ") for part in ("first", "vowels", "last")]
    for letter in name:
        if not "가" <= letter <= "힣":
            return set()
        number = ord(letter) - ord("가")
        places = number // 588, number % 588 // 28, number % 28
        syllables.append("".join(part[place] for part, place in zip(parts, places, strict=True)))
    usual = known["hangul_surnames"].get(syllables[0], "").split() if len(syllables) == 1 else []
    return {"".join(syllables), "-".join(syllables), *usual}
