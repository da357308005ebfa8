"""The people of the cohort: patients and staff who never lived, in the character sets in which hospitals write."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    """A patient, with the staff and the place of their studies. Every value here is one that must not be left."""

    name: str
    patient_id: str
    birth_date: str
    sex: str
    age: str
    charset: tuple[str, ...]
    codec: str
    physician: str
    operator: str
    institution: str
    address: str
    phone: str
    clinical: str
    """A finding, in the patient's language; descriptors keep it under Clean Descriptors."""
    other_id: str = ""
    dates: tuple[str, ...] = field(default=("20190227", "20200229"))
    """One study each. 27 February: a study that began late ends on the next day."""

    @property
    def family(self) -> str:
        return self.name.split("^", 1)[0]

    @property
    def given(self) -> str:
        return self.name.split("=", 1)[0].split("^")[1]

    @property
    def all_names(self) -> frozenset[str]:
        """The parts of the names of patient and staff, that stand for one alone."""
        names = (self.name, self.physician, self.operator)
        parts = {part for name in names for group in name.split("=") for part in group.split("^")}
        return frozenset(part for part in parts if len(part) >= (3 if part.isascii() else 2))


GERMAN = Person(
    "Brüggemännchen^Jürgen", "PAT-100-7731", "19440519", "M", "075Y", ("ISO_IR 100",), "latin-1",
    "Schwertfegerová^Ilse", "Quandtmeier^Björn", "Klinikum Flötzingen", "Lindenstraße 44, 83022 Flötzingen",
    "+49 8031 55 0144", "Lungenödem", "VERS-55100231",
)  # fmt: skip
RUSSIAN = Person(
    "Люксембургов^Аркадий", "PAT-144-2290", "19630812", "M", "056Y", ("ISO_IR 144",), "iso8859_5",
    "Кузнецова^Зинаида", "Ямпольский^Олег", "Больница Заречная", "улица Садовая 17, Заречный",
    "+7 8412 555 019", "плеврит", "POLIS-771020",
)  # fmt: skip
GREEK_UTF8 = Person(
    "Papadimitrakis^Ελευθερία=ελευθερία^παπαδημητράκη", "PAT-192-4408", "19710203", "F", "048Y", ("ISO_IR 192",),
    "utf-8", "Ξενόπουλος^Μιχαήλ", "Χατζηδάκη^Ρένα", "Νοσοκομείο Ευρυάλη", "Οδός Αριστοτέλους 88, Ευρυάλη",
    "+30 2310 555 087", "πνευμονία", "AMKA-03027199",
)  # fmt: skip
JAPANESE = Person(
    "Yamadera^Tarouji=山寺^太郎次=やまでら^たろうじ", "PAT-087-9913", "19580911", "M", "061Y", ("", "ISO 2022 IR 87"),
    "iso2022_jp", "Kuriyagawa^Fumiko=厨川^文子", "Nekomata^Sho=猫又^翔", "Kawabe Medical Tower", "Kawabe-cho 3-14-15",
    "+81 3 5550 0161", "肺炎", "HOKEN-4471190",
)  # fmt: skip
CHINESE = Person(
    "Wanglin^XiaoDong=王林^小东", "PAT-180-6625", "19850630", "M", "034Y", ("GB18030",), "gb18030",
    "Ouyangfei^Min=欧阳菲^敏", "Zhugeliu^Hong=诸葛刘^宏", "Huashan Riverside Infirmary", "17 Huaxi Lane, Riverside",
    "+86 21 5550 0172", "肺结节", "YIBAO-99120834",
)  # fmt: skip
KOREAN = Person(
    "Hongsik^Gildongi=洪植^吉洞=홍식^길동이", "PAT-149-3318", "19930117", "F", "026Y", ("", "ISO 2022 IR 149"),
    "euc_kr", "Namgungsu^Yeji=남궁수^예지", "Seonuhwa^Bora=선우화^보라", "Hanbit Lakeside Clinic", "22 Hosu-ro, Hanbit",
    "+82 2 5550 0183", "폐렴", "JUMIN-930117",
)  # fmt: skip
PLAIN = Person(
    "Featherstonehaugh-Quill^Oona^Marigold^Dr^PhD", "PAT-006-5571", "19370404", "F", "082Y", (), "ascii",
    "Vandermolenkamp^Piet", "Abernathygrew^Lucius", "Saint Zephyrine Memorial", "9 Harrowgate Mews, Zephyrton",
    "(555) 010-0194", "bronchiectasis", "INS-20081177",
)  # fmt: skip
PEOPLE = (GERMAN, RUSSIAN, GREEK_UTF8, JAPANESE, CHINESE, KOREAN, PLAIN)
