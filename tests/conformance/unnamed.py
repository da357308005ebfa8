"""Free text in which nobody is named elsewhere: what goes and what stays, by category and language. Prints a table.

    .venv/bin/python tests/conformance/unnamed.py [--losses]

The sentences stand in free_text/LANGUAGE.txt, with what must go in braces; each is put into every carrier, whose words
must stay, as must all phrases of [clinical]. Every fourth line was held back while the tables were made.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "py")]

from dicom_deid.deidentify.suspects.languages import listed
from dicom_deid.deidentify.suspects.reading import Sought, plain
from dicom_deid.deidentify.text import clean_thoroughly

FOLDER = Path(__file__).parent / "free_text"
EASTERN = re.compile("[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")
CHECKED = Sought(checked=True)
"""As under Clean Descriptors."""
HELD = 4
"""Every so many lines one is held back."""
GENERIC_KEYS = (
    "age_behind", "age_before", "streets", "streets_before", "hospitals", "hospitals_before", "hospital_kinds",
    "titles", "forms", "post", "behind", "cues",
)  # fmt: skip


class Sentence(NamedTuple):
    """A sentence, with and without what must go."""

    language: str
    category: str
    text: str
    kept: str
    goes: str
    carrier: str
    held: bool


def sections(path: Path) -> dict[str, list[str]]:
    """The lines of a file by section; the phrases of [clinical] one by one."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            current = found.setdefault(line[1:-1], [])
        elif line:
            current += line.split(" | ")
    return found


def phrases() -> Iterator[tuple[str, str]]:
    """Language and text of every clinical phrase."""
    for path in sorted(FOLDER.glob("*.txt")):
        yield from ((path.stem, phrase.strip()) for phrase in sections(path)["clinical"])


def sentences(language: str = "*") -> Iterator[Sentence]:
    """Every sentence, of one language or of all, in every carrier."""
    for path in sorted(FOLDER.glob(f"{language}.txt")):
        found = sections(path)
        for category in sorted(found.keys() - {"carriers", "clinical"}):
            for number, line in enumerate(found[category]):
                bare, around = re.sub("[{}]", "", line), re.sub(r"\{.*?\}", "", line)
                goes = " ".join(re.findall(r"\{(.*?)\}", line))
                for carrier in found["carriers"]:
                    texts = carrier.replace("{}", bare), carrier.replace("{}", around)
                    yield Sentence(path.stem, category, *texts, goes, carrier, number % HELD == HELD - 1)


@cache
def generic() -> frozenset[str]:
    """Words that name nobody: titles, kinds of streets and of hospitals, units."""
    words = {word for key in GENERIC_KEYS for word in (*listed(key), *listed(key, "zh", "ja", "ko"))}
    return frozenset(
        words
        | {
            "the",
            "of",
            "de",
            "la",
            "le",
            "l",
            "d",
            "des",
            "du",
            "r",
            "s",
            "year",
            "old",
            "lady",
            "yo",
            "y",
            "o",
            "von",
            "van",
            "der",
            "im",
            "m",
            "st",
            "г",
        }
    )


def left(sentence: Sentence, after: str) -> list[str]:
    """The words that should have gone and are still there."""
    if EASTERN.search(sentence.goes):
        words = [word for word in re.findall(r"\w+", sentence.goes) if len(word) > 1 or word.isdigit()]
        return [word for word in words if word in after and word not in generic() and word not in sentence.kept]
    there = Counter(re.findall(r"[^\W_]+", after)) - Counter(re.findall(r"[^\W_]+", sentence.kept))
    words = [word for word in re.findall(r"[^\W_]+", sentence.goes) if len(word) > 1 or word.isdigit()]
    return [word for word in words if plain(word) not in generic() and there[word]]


def lost(sentence: Sentence, after: str) -> bool:
    """Whether a word of the carrier went, too."""
    return bool(Counter(re.findall(r"[^\W_]{2,}", sentence.carrier)) - Counter(re.findall(r"[^\W_]{2,}", after)))


class Measured(NamedTuple):
    """How many sentences and phrases there are, and of how many only what must go went."""

    all: Counter[tuple[str, str, bool]]
    """Sentences by category, language and whether they were held back."""
    clean: Counter[tuple[str, str, bool]]
    """Those of which nothing is left that must go."""
    whole: Counter[tuple[str, str, bool]]
    """Those of which the words around stay."""
    phrases: Counter[str]
    """Clinical phrases by language."""
    kept: Counter[str]
    """Those that stay as they are."""
    losses: list[str]
    leaks: list[str]

    def gone(self, category: str = "", language: str = "", held: bool | None = None) -> tuple[int, int]:
        """Clean sentences, and all; of every category, language or set where none is named."""
        return self.sum(self.clean, category, language, held), self.sum(self.all, category, language, held)

    def around(self, category: str = "", language: str = "") -> tuple[int, int]:
        """Sentences whose other words stay, and all."""
        return self.sum(self.whole, category, language, None), self.sum(self.all, category, language, None)

    @staticmethod
    def sum(counts: Counter[tuple[str, str, bool]], category: str, language: str, held: bool | None) -> int:
        return sum(
            count
            for (which, spoken, back), count in counts.items()
            if category in ("", which) and language in ("", spoken) and held in (None, back)
        )

    @property
    def categories(self) -> list[str]:
        return sorted({category for category, _, _ in self.all})

    def table(self) -> str:
        """By language and category, how many sentences are clean; then where the words around, and phrases, stay."""
        columns = [*self.categories, ""]
        lines = [
            f"| gone | {' | '.join(self.categories)} | all | held back | words around stay | clinical phrases stay |",
            "| --- " * (len(columns) + 4) + "|",
        ]
        for language in (*sorted(self.phrases), ""):
            shares = [self.gone(category, language) for category in columns]
            shares += [self.gone("", language, held=True), self.around("", language)]
            cells = [f"{part}/{count}" if count else "" for part, count in shares]
            some = (language,) if language else tuple(self.phrases)
            cells.append("/".join(str(sum(counts[one] for one in some)) for counts in (self.kept, self.phrases)))
            lines.append(f"| {language or 'all'} | {' | '.join(cells)} |")
        around = (f"{part}/{count}" for part, count in (self.around(category) for category in columns))
        return "\n".join([*lines, f"| words around stay | {' | '.join(around)} | | | |"])


def measure() -> Measured:
    measured = Measured(Counter(), Counter(), Counter(), Counter(), Counter(), [], [])
    for sentence in sentences():
        after = clean_thoroughly(sentence.text, frozenset(), CHECKED)
        key = sentence.category, sentence.language, sentence.held
        clean, whole = not left(sentence, after), not lost(sentence, after)
        measured.all[key] += 1
        measured.clean[key] += clean
        measured.whole[key] += whole
        if not clean:
            measured.leaks.append(f"{sentence.language} {sentence.category}: {sentence.text} -> {after}")
        if not whole:
            measured.losses.append(f"{sentence.language}: {sentence.text} -> {after}")
    for language, phrase in phrases():
        after = clean_thoroughly(phrase, frozenset(), CHECKED)
        measured.phrases[language] += 1
        measured.kept[language] += after == phrase
        if after != phrase:
            measured.losses.append(f"{language}: {phrase} -> {after}")
    return measured


def main() -> None:
    measured = measure()
    print(measured.table())
    print(f"\n{len(measured.losses)} losses")
    if "--losses" in sys.argv:
        print(*measured.losses, *measured.leaks, sep="\n")


if __name__ == "__main__":
    main()
