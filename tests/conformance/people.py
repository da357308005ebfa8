"""The people of the cohort: patients and staff who never lived, in the character sets in which hospitals write."""

from __future__ import annotations

from dataclasses import dataclass, field

NOBODY = "UNKNOWN"
"""The Patient ID of people whose ID was not known."""


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
    language: str = "en"
    issuer: str = ""
    unseen: tuple[str, str] = ("", "")
    """Persons of whom only a private element tells that was not decoded."""
    spellings: tuple[str, ...] = ()
    """Names of the header as other people write them: other cases, letters, order and signs."""
    parts: tuple[str, ...] = ()
    """Of the header's institution, address, numbers: their significant words, and other ways to write them."""
    forms: tuple[str, ...] = ()
    """Texts that no header names, and whose form alone tells what they are; the last one is a date."""
    dates: tuple[str, ...] = field(default=("20190227", "20200229"))
    """One study each. 27 February: a study that began late ends on the next day."""

    @property
    def is_named(self) -> bool:
        """Whether the Patient ID names anybody."""
        return self.patient_id != NOBODY

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
    language="de", unseen=("Sörensmeier^Anneliese", "Trembachova^Jitka"),
    spellings=("Brueggemaennchen", "Brüggemännchens", "JUERGEN BRÜGGEMÄNNCHEN", "Schwertfegerova"),
    parts=("Flötzingen", "PAT1007731", "08031/550144", "55 100 231"),
    forms=("Dr. Zorbath", "Fall-Nr. 6612093", "praxis@zorbath.example", "+49 30 901820", "14. Juli 1952"),
)  # fmt: skip
RUSSIAN = Person(
    "Люксембургов^Аркадий", "PAT-144-2290", "19630812", "M", "056Y", ("ISO_IR 144",), "iso8859_5",
    "Кузнецова^Зинаида", "Ямпольский^Олег", "Больница Заречная", "улица Садовая 17, Заречный",
    "+7 8412 555 019", "плеврит", "POLIS-771020",
    language="ru", unseen=("Трембацкий^Игнат", "Сквордулина^Раиса"),
    spellings=("Люксембургову", "ЛЮКСЕМБУРГОВЫМ", "Lyuksemburgov", "Кузнецовой", "Аркадия Люксембургова"),
    parts=("Заречная", "PAT1442290", "8 (8412) 555-019"),
    forms=("д-р Зорбатов", "№ истории болезни 6612093", "priem@zorbat.example", "14 июля 1952 г."),
)  # fmt: skip
GREEK_UTF8 = Person(
    "Papadimitrakis^Ελευθερία=ελευθερία^παπαδημητράκη", "PAT-192-4408", "19710203", "F", "048Y", ("ISO_IR 192",),
    "utf-8", "Ξενόπουλος^Μιχαήλ", "Χατζηδάκη^Ρένα", "Νοσοκομείο Ευρυάλη", "Οδός Αριστοτέλους 88, Ευρυάλη",
    "+30 2310 555 087", "πνευμονία", "AMKA-03027199",
    language="el", unseen=("Κουιμπελάκης^Στάθης", "Τρεμπαχάκη^Λήδα"),
    spellings=("ΠΑΠΑΔΗΜΗΤΡΆΚΗ", "ΕΛΕΥΘΕΡΙΑ", "Eleftheria", "Ξενόπουλου", "Papadimitraki"),
    parts=("Ευρυάλη", "PAT1924408", "2310 555087", "3027199"),
    forms=("Δρ. Ζορμπάς", "Αρ. μητρώου 6612093", "zorbas@iatreio.example", "14 Ιουλίου 1952"),
)  # fmt: skip
JAPANESE = Person(
    "Yamadera^Tarouji=山寺^太郎次=やまでら^たろうじ", "PAT-087-9913", "19580911", "M", "061Y", ("", "ISO 2022 IR 87"),
    "iso2022_jp", "Kuriyagawa^Fumiko=厨川^文子", "Nekomata^Sho=猫又^翔", "Kawabe Medical Tower", "Kawabe-cho 3-14-15",
    "+81 3 5550 0161", "肺炎", "HOKEN-4471190",
    language="ja", unseen=("猫俣^熊五郎", "鷹觜^梅乃"),
    spellings=("山寺太郎次", "ヤマデラ", "やまでら　たろうじ", "TAROUJI YAMADERA", "Yamadera-Tarouji", "厨川"),
    parts=("Kawabe", "PAT0879913", "03-5550-0161", "447 1190"),
    forms=("鳥越医師", "カルテ番号 6612093", "toiawase@torigoe.example", "1952年7月14日"),
)  # fmt: skip
CHINESE = Person(
    "Wanglin^XiaoDong=王林^小东", "PAT-180-6625", "19850630", "M", "034Y", ("GB18030",), "gb18030",
    "Ouyangfei^Min=欧阳菲^敏", "Zhugeliu^Hong=诸葛刘^宏", "Huashan Riverside Infirmary", "17 Huaxi Lane, Riverside",
    "+86 21 5550 0172", "肺结节", "YIBAO-99120834",
    language="zh", unseen=("司徒^望海", "尉迟^红梅"),
    spellings=("王林小东", "王林 小东", "WanglinXiaoDong", "Xiaodong Wanglin", "诸葛刘宏"),
    parts=("Huashan", "PAT1806625", "021-55500172", "9912 0834"),
    forms=("陈医生", "病历号 6612093", "menzhen@chen.example", "1952年7月14日"),
)  # fmt: skip
KOREAN = Person(
    "Hongsik^Gildongi=洪植^吉洞=홍식^길동이", "PAT-149-3318", "19930117", "F", "026Y", ("", "ISO 2022 IR 149"),
    "euc_kr", "Namgungsu^Yeji=남궁수^예지", "Seonuhwa^Bora=선우화^보라", "Hanbit Lakeside Clinic", "22 Hosu-ro, Hanbit",
    "+82 2 5550 0183", "폐렴", "JUMIN-930117",
    language="ko", unseen=("독고^민수", "황보^윤아"),
    spellings=("홍식길동이", "홍식 길동이", "洪植吉洞", "Gildongi Hongsik", "HongsikGildongi", "선우화보라"),
    parts=("Hanbit", "PAT1493318", "02-5550-0183"),
    forms=("박철수 교수", "등록번호 6612093", "jeopsu@bak.example", "1952년 7월 14일"),
)  # fmt: skip
PLAIN = Person(
    "Featherstonehaugh-Quill^Oona^Marigold^Dr^PhD", "PAT-006-5571", "19370404", "F", "082Y", (), "ascii",
    "Vandermolenkamp^Piet", "Abernathygrew^Lucius", "Saint Zephyrine Memorial", "9 Harrowgate Mews, Zephyrton",
    "(555) 010-0194", "bronchiectasis", "INS-20081177",
    language="en", unseen=("Trembleforth^Hester", "Quimbelwood^Amos"),
    spellings=("Featherstonehaugh", "QUILL, OONA", "OonaQuill", "Featherstonehaugh_Quill", "Vandermolenkamp's"),
    parts=("Zephyrine", "Harrowgate", "PAT0065571", "+1 555 010 0194", "2008-1177"),
    forms=("Dr. Zorbath", "MRN 6612093", "078-05-1120", "https://zorbath.example/a", "14-Jul-1952"),
)  # fmt: skip
POLISH = Person(
    "Nowakowska^Elżbieta", NOBODY, "19660321", "F", "052Y", ("ISO_IR 101",), "iso8859_2",
    "Dąbrowiecki^Zdzisław", "Kwimbelska^Halina", "Szpital Wierzbowiecki", "ulica Kasztanowa 12, Wierzbowice",
    "+48 12 555 01 62", "zapalenie płuc", "KARTA-5518824",
    language="pl", unseen=("Trembacki^Hubert", "Skwierzyńska^Olga"),
    spellings=("Nowakowskiej", "NOWAKOWSKĄ", "Elżbiety", "Dąbrowieckiego", "Elzbieta Nowakowska"),
    parts=("Wierzbowiecki", "Kasztanowa", "12 5550162", "551 88 24"),
    forms=("dr Zorbatowski", "nr historii choroby 6612093", "rejestracja@zorbat.example", "14 lipca 1952"),
)  # fmt: skip
ONE_LETTER = Person(
    "Lung^Wei=龙^伟", NOBODY, "19750909", "M", "043Y", ("GBK",), "gbk",
    "Ouyang^Xiu=欧阳^秀", "Shangguan^Yun=上官^云", "Longtan Lakeview Infirmary", "5 Pinghu Lane, Longtan",
    "+86 10 5550 0191", "肺炎", "YIBAO-66124093",
    language="zh", unseen=("令狐^望山", "慕容^雪"),
    spellings=("龙伟", "龙 伟", "龙　伟", "LungWei", "Lung-Wei", "WeiLung"),
    parts=("Longtan", "010-55500191", "6612 4093"),
    forms=("陈医生", "病历号 5512093", "menzhen@chen.example", "1952年7月14日"),
)  # fmt: skip
"""Family and given name are one letter each in Chinese, and the family name is a word of anatomy in Latin letters."""
ARABIC = Person(
    "Alshahrani^Mansour=الشهراني^منصور", "PAT-771-0042", "19811122", "M", "037Y", ("ISO_IR 127",), "iso8859_6",
    "الدوسري^هيثم", "القحطاني^نوف", "مستشفى الياسمينة", "شارع البنفسج 8", "+966 11 555 0163", "التهاب رئوي",
    "WATANI-5518830", language="ar", issuer="YASMEENA", unseen=("الكويمبلي^جاسر", "التريمباخي^سلمى"),
    spellings=("منصور الشهراني", "الشَّهراني", "ALSHAHRANI", "Mansour Alshahrani", "هيثم الدوسري"),
    parts=("الياسمينة", "PAT7710042", "011 555 0163"),
    forms=("الدكتور زورباط", "رقم الملف 6612093", "marja@zorbat.example", "14 يوليو 1952"),
)  # fmt: skip
HEBREW = Person(
    "Rosenzweigman^Elisheva=רוזנצווייגמן^אלישבע", "PAT-771-0042", "19790518", "F", "039Y", ("ISO_IR 138",),
    "iso8859_8", "שטיינברגר^יחיעם", "אברמובסקי^ענת", "בית חולים גלילה", "רחוב החבצלת 14", "+972 4 555 0171",
    "דלקת ריאות", "ZEHUT-5518847", language="he", issuer="GALILA", unseen=("קווימבלר^אנסלם", "טרמבצקי^דבורה"),
    spellings=("אלישבע רוזנצווייגמן", "ROSENZWEIGMAN", "Elisheva-Rosenzweigman", "שטיינברגר יחיעם"),
    parts=("גלילה", "PAT7710042", "04-555-0171"),
    forms=('ד"ר זורבטי', "מספר תיק 6612093", "mirpaa@zorbat.example", "14 ביולי 1952"),
)  # fmt: skip
"""Another patient with the same Patient ID, of another issuer."""
VISITORS = (POLISH, ONE_LETTER, ARABIC, HEBREW)
"""People with two objects each."""
PEOPLE = (GERMAN, RUSSIAN, GREEK_UTF8, JAPANESE, CHINESE, KOREAN, PLAIN)
