"""Names, addresses and hospitals in Chinese, Japanese and Korean, where no capital tells a name and no space a word.

A Chinese or Korean name begins with one of the surnames of languages.json; a Japanese one does so, or is a run of
ideographs or kana beside a title, a mark behind a cue, or a relative. What begins with a term of medicine is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, partial

from dicom_deid.deidentify.suspects.languages import listed
from dicom_deid.deidentify.suspects.names import Suspect
from dicom_deid.deidentify.suspects.reading import Reading, Span
from dicom_deid.deidentify.suspects.vocabulary import eastern_terms
from dicom_deid.profile import table

HAN, KANA, HANGUL = "\u3400-\u9fff々", "\u3041-\u30ff", "\uac00-\ud7af"
OPEN = r"\s?[:（(・=]?\s?[\"']?"
CLOSED = rf"(?![{HAN}])"


def any_of(words: tuple[str, ...]) -> str:
    """An expression for any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=lambda word: -len(word)))


def words_of(language: str, key: str) -> str:
    """An expression for the words of a key in one language."""
    return any_of(listed(key, language))


@cache
def row(language: str) -> dict[str, str]:
    return dict(table("languages.json")["languages"][language])


@cache
def chinese() -> str:
    """A Chinese name of two or three ideographs, four with a surname of two."""
    return rf"(?P<name>(?:{row('zh')['surnames2']})[{HAN}]{{1,2}}|[{row('zh')['surnames']}][{HAN}]{{1,2}}?)"


@cache
def korean() -> str:
    """A Korean name of two to four syllables."""
    return rf"(?P<name>(?:{row('ko')['surnames2']})[{HANGUL}]{{1,2}}|[{row('ko')['surnames']}][{HANGUL}]{{1,3}}?)"


@cache
def patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Expressions for names, and the language whose terms are none."""
    zh, ja, ko = (partial(words_of, language) for language in ("zh", "ja", "ko"))
    joined = rf"(?=女士|先生|[^{HAN}]|$|陪同|签|申请|报告|在|于|会诊|诊)"
    kanji = rf"(?P<name>[{HAN}ヶ]{{1,5}}(?:[ ][{HAN}]{{1,4}})?|[\u30a1-\u30ff]{{2,8}}(?:[ ][\u30a1-\u30ff]{{2,8}})?)"
    loose = (
        rf"(?P<name>[{HAN}]{{2,4}}(?:[ ]?[{HAN}]{{1,4}}|[\u3041-\u30ff]{{1,4}})?"
        rf"|[{KANA}]{{2,8}}(?:[ ][{KANA}]{{2,8}})?|[{HAN}]{{1,3}}[{KANA}]{{2,6}})"
    )
    related = rf"(?P<name>[{HAN}]{{2,4}}(?:[{KANA}]{{0,4}})|[{HAN}{KANA}]{{2,8}})"
    syllables = rf"(?![{HANGUL}])"
    found = [
        (rf"{chinese()}(?P<title>{zh('behind')})", "zh"),
        (rf"(?P<name>(?:{row('zh')['surnames2']})|[{row('zh')['surnames']}])(?P<title>{zh('behind')})", "zh"),
        (rf"(?:{zh('cues')}){OPEN}(?!{zh('cues')}){chinese()}{joined}", "zh"),
        (rf"(?:{zh('relatives')}|{zh('nicknames')}){OPEN}{chinese()}{joined}", "zh"),
        (rf"(?:{zh('nicknames')}){OPEN}(?P<name>[{HAN}]{{2,3}}){CLOSED}", "zh"),
        (rf"(?![{HAN}]氏){kanji}(?P<title>{ja('behind')})(?!名|子|々|相|式|態|体|[なにー])", "ja"),
        (rf"(?:{ja('cues')})[ ]?[:（(・=]\s?{loose}{CLOSED}", "ja"),
        (rf"(?:{any_of(tuple(cue for cue in listed('cues', 'ja') if len(cue) > 2))})[ ]{loose}{CLOSED}", "ja"),
        (rf"(?:{ja('cues')})[ ]?[:（(・=]?[ ]?(?P<name>(?:{ja('surnames2')})(?:[ ]?[{HAN}]{{1,3}})?){CLOSED}", "ja"),
        (rf"(?<![{HAN}])(?:{ja('relatives')})(?:さん|様)?(?:[ の（(:])\s?{related}{CLOSED}(?=[^{KANA}]|$)", "ja"),
        (rf"(?<![{HAN}])(?:長女|長男|次男|次女|三男|三女)(?P<name>[{HAN}]{{2,3}}){CLOSED}", "ja"),
        (rf"(?:{ja('nicknames')})(?:は)?\s?[:は（(\"']{{0,2}}(?P<name>[{HAN}{KANA}]{{2,10}})[\"')]?", "ja"),
        (rf"(?<![{HANGUL}]){korean()}\s?(?P<title>{ko('behind')}){syllables}", "ko"),
        (rf"(?<![{HANGUL}])(?P<name>[{row('ko')['surnames']}])\s?(?P<title>{ko('behind')}){syllables}", "ko"),
        (rf"(?<![{HANGUL}])(?:{ko('cues')})\s?[:(]?\s?{korean()}{syllables}", "ko"),
        (rf"(?<![{HANGUL}])(?:{ko('relatives')})\s?[:(]?\s?{korean()}{syllables}", "ko"),
        (rf"(?<![{HANGUL}])(?:{ko('nicknames')})\s?:?\s?[\"'(]?(?P<name>[{HANGUL}]{{2,5}})[\"')]?{syllables}", "ko"),
    ]  # fmt: skip
    return tuple((re.compile(pattern), language) for pattern, language in found)


ENDS = {"ja": "科医部室院局課系直任当席研修同仕多異模者", "zh": "科部室院者"}
"""Letters with which a word before a title or behind a cue is no name: 放射線科医師, 同様."""


def titled(reading: Reading) -> Iterator[Suspect]:
    """Names before titles."""
    return named(reading, [found for found in patterns() if "title" in found[0].groupindex])


def names(reading: Reading) -> Iterator[Suspect]:
    """Names before titles, behind cues, beside relatives."""
    return named(reading, patterns())


def named(reading: Reading, patterns: Iterable[tuple[re.Pattern[str], str]]) -> Iterator[Suspect]:
    """Names that some expressions find."""
    for pattern, language in patterns:
        for hit in pattern.finditer(reading.flat):
            start, end = clipped(hit["name"], reading.flat[hit.start("name") :], language)
            if end:
                begin = hit.start("name")
                title = hit.span("title") if "title" in pattern.groupindex and hit["title"] else (begin, begin)
                yield Suspect(title, ((begin + start, begin + end),))


def clipped(name: str, text: str, language: str) -> Span:
    """The part of a possible name that is no term; nothing where a term begins it."""
    known = eastern_terms(language)
    if language == "ko" and any(text.startswith(title) for title in listed("behind", "ko")):
        return 0, 0
    if language != "ja" and any(text.startswith(one) for one in known if len(one) > 1):
        return 0, 0
    if (
        (name in known and language != "zh")
        or name in (one for one in known if len(one) > 1)
        or name[-1] in ENDS.get(language, "")
    ):
        return 0, 0
    start, end = 0, len(name)
    for gap in re.finditer(" ", name):
        if any(name.startswith(one, gap.end()) for one in known if len(one) > 1):
            end = gap.start()
            break
    while term := next((one for one in known if len(one) > 1 and name.startswith(one, start)), ""):
        if language != "ja":
            return 0, 0
        start += len(term)
    return (start, end) if end > start else (0, 0)


@cache
def clinics() -> tuple[re.Pattern[str], ...]:
    """Hospitals with up to twelve letters before the word."""
    zh, ja = (any_of(listed("hospitals", language)) for language in ("zh", "ja"))
    return (
        re.compile(rf"(?P<name>[{HAN}{KANA}]{{1,12}}?)(?P<kind>{zh}|{ja})(?![{HAN}]?(?:科|期|获|獲|感染))"),
        re.compile(
            rf"(?<![{HANGUL}])(?P<name>[{HANGUL}]{{1,12}}?)\s?"
            rf"(?P<kind>{any_of(listed('hospitals', 'ko'))})(?![{HANGUL}]{{3}})"
        ),
    )


def hospitals(reading: Reading) -> Iterator[Span]:
    """Names of hospitals."""
    cut = re.compile(rf".*[{row('zh')['cut']}{row('ja')['cut']}]|.*(?:转自|转入|转院|介绍)", re.DOTALL)
    generic = [word for language in ("zh", "ja", "ko") for word in listed("hospital_kinds", language)]
    terms = [term for language in ("zh", "ja") for term in eastern_terms(language) if len(term) > 1]
    for pattern in clinics():
        for hit in pattern.finditer(reading.flat):
            begin = hit.start("name")
            before = cut.match(hit["name"])
            begin += before.end() if before and before.end() < len(hit["name"]) else 0
            name = reading.flat[begin : hit.end("name")]
            if re.fullmatch("[\u3041-\u309f]{3,12}", hit["name"]):
                begin = hit.start("name")
            elif before and before.end() == len(hit["name"]):
                continue
            name = reading.flat[begin : hit.end("name")]
            rest = name
            for word in sorted([*generic, *terms], key=lambda word: -len(word)):
                rest = rest.replace(word, "")
            if len(rest) > 1 or (len(name) > 2 and rest):
                yield begin, hit.end()


@cache
def places() -> tuple[re.Pattern[str], ...]:
    """Addresses: a region with a place in it, or a street with a number."""
    zh, ko = row("zh"), row("ko")
    letter = f"[{HAN}{KANA}]"
    return (
        re.compile(rf"[{HAN}]{{2,6}}(?:{zh['regions']})(?:[{HAN}]{{1,8}}(?:{zh['regions']}|{zh['street_endings']}|号|號)|\d{{1,5}}[号號栋楼室])+(?:\d{{1,5}}(?:号院|号楼|号|號|栋|楼|室|弄|组|-\d{{1,5}}))*"),
        re.compile(rf"[{HAN}]{{1,6}}(?:{zh['street_endings']}|镇|村|乡)(?:[{HAN}]{{1,6}}(?:{zh['street_endings']}))?\d{{1,5}}(?:号院|号楼|号|號|栋|楼|室|弄|组)(?:\d{{1,5}}(?:号院|号楼|号|號|栋|楼|室))*"),
        re.compile(rf"(?:〒\s?\d{{3}}-?\d{{4}}\s?)?[{HAN}]{{1,4}}[都道府県市](?:{letter}{{1,8}}[市区町村郡])+(?:{letter}{{0,8}}(?:\d{{1,4}}(?:丁目|番地|番|号|条|-(?=\d))?(?:[東西南北]\d{{1,2}})?){{1,6}}(?:丁目|番地|号)?)?"),
        re.compile(rf"[{HANGUL}]{{2,6}}(?:{ko['regions']})\s(?:[{HANGUL}\d]{{1,8}}(?:{ko['regions']}|{ko['street_endings']})\s?){{1,4}}(?:\d{{1,5}}(?:-\d{{1,5}})?(?:번지|번길)?)?"),
        re.compile(rf"(?<![{HANGUL}])[{HANGUL}]{{2,8}}(?:로|길|대로)\s?\d{{1,4}}(?:번길\s?\d{{1,4}})?(?![\d.{HANGUL}%]|\s?(?:mm|cm|mg|ml|회|차|일|명))"),
        re.compile(rf"(?:{any_of(listed('addresses', 'zh', 'ja', 'ko'))})\s?(?::|在|于)\s?"
                   rf"(?P<name>[^\s,;、，；。)）]{{3,40}}(?:\s[{HANGUL}\d-]{{0,9}}(?:[시도군구동읍면리로길호층번지]|\d)(?![^\s,;)])){{0,5}})"),
    )  # fmt: skip


PLACES = re.compile("[都道府県市区區町村郡省县縣路街镇鎮乡鄉号號도시군구동읍면로길]|丁目|番地|〒")
"""What an address in a label must have: a kind of place."""


def has_place(reading: Reading) -> bool:
    """Whether a label may hold an address."""
    return reading.numbered and PLACES.search(reading.flat) is not None


def addresses(reading: Reading) -> Iterator[Span]:
    """Addresses."""
    for pattern in places():
        for hit in pattern.finditer(reading.flat):
            yield hit.span("name") if "name" in pattern.groupindex else hit.span()
