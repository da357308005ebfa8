"""Modules that every object of the cohort has: patient, study, series, equipment, planted identifiers."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from people import Person
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

ROOT = "1.2.826.0.1.3680043.8.498"  # of the Medical Connections scheme, as any vendor's could be
STATION, SERIAL, GANTRY = "ZEPHYRSCAN4", "SN-77120945", "GANTRY-OMEGA-3"


@dataclass
class Study:
    """One study of one patient, and what its objects share."""

    person: Person
    number: int
    seed: int
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed}/{self.person.name}/{self.number}")

    def uid(self, *what: object) -> str:
        """A UID for something of this study; the same for the same words. Its first digit can begin no date."""
        text = "/".join(map(str, (self.seed, self.person.name, self.number, *what)))
        return f"{ROOT}.7{int(hashlib.sha256(text.encode()).hexdigest()[:24], 16):029d}"

    @property
    def dated_uid(self) -> str:
        """A UID that tells the day, as equipment makes them: of the frame of reference."""
        return f"{ROOT}.{self.date}235012.1{self.uid()[-5:]}"

    @property
    def date(self) -> str:
        return self.person.dates[self.number]

    @property
    def accession(self) -> str:
        return f"ACN{self.person.patient_id[4:7]}{self.number}88213"

    @property
    def days(self) -> tuple[str, str]:
        """The day of the study and the day after, in DICOM's form: what began at 23:50 ends at 00:20."""
        return self.date, {"20190227": "20190228", "20200229": "20200301"}[self.date]


def item(**values: object) -> Dataset:
    """An item of a sequence, by keyword."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def code(value: str, scheme: str, meaning: str) -> Sequence:
    """A sequence of one code."""
    return Sequence([item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)])


def reference(other: Dataset) -> Dataset:
    """An item that refers to another object."""
    return item(ReferencedSOPClassUID=other.SOPClassUID, ReferencedSOPInstanceUID=other.SOPInstanceUID)


def made(study: Study, kind: str, number: int, sop_class: str, modality: str) -> Dataset:
    """An object with the modules that all kinds share; all identifying attributes are filled."""
    person, dataset = study.person, Dataset()
    dataset.file_meta = FileMetaDataset()
    if person.charset:
        dataset.SpecificCharacterSet = list(person.charset) if len(person.charset) > 1 else person.charset[0]
    values = {
        "SOPClassUID": sop_class, "SOPInstanceUID": study.uid(kind, number), "InstanceCreatorUID": study.uid("creator"),
        "StudyInstanceUID": study.uid("study"), "SeriesInstanceUID": study.uid(kind), "Modality": modality,
        "StudyDate": study.date, "StudyTime": "235012", "SeriesDate": study.days[1], "SeriesTime": "000112.25",
        "ContentDate": study.days[1], "ContentTime": "001402", "InstanceCreationDate": study.days[1],
        "InstanceCreationTime": "001403", "AccessionNumber": study.accession, "StudyID": f"STDY{study.accession[3:8]}",
        "PatientName": person.name, "PatientID": person.patient_id, "PatientBirthDate": person.birth_date,
        "PatientSex": person.sex, "PatientAge": person.age, "PatientSize": "1.73", "PatientWeight": "81.5",
        "OtherPatientIDs": person.other_id, "PatientAddress": person.address, "PatientTelephoneNumbers": person.phone,
        "ReferringPhysicianName": person.physician, "OperatorsName": person.operator,
        "InstitutionName": person.institution, "StationName": STATION, "DeviceSerialNumber": SERIAL,
        "Manufacturer": "ACME Imaging", "ManufacturerModelName": "Peregrine 64", "SoftwareVersions": ["VB40A", "7.2"],
        "SeriesNumber": str(100 + number), "InstanceNumber": str(number + 1),
    }  # fmt: skip
    if person.issuer:
        values["IssuerOfPatientID"] = person.issuer
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.ReferencedStudySequence = Sequence(
        [item(ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1", ReferencedSOPInstanceUID=study.uid("study"))]
    )
    return dataset


def plant(dataset: Dataset, study: Study) -> None:
    """Identifiers in the places where people leave them: descriptions, comments, nested items, labels."""
    person = study.person
    surname = person.physician.split("^", 1)[0]
    years = f"{int(person.age[:3])}{person.sex}"
    dataset.StudyDescription = f"{years} Dr. {surname} {person.clinical} follow-up"
    dataset.SeriesDescription = f"{person.clinical} axial {person.given}"
    dataset.PatientComments = f"{person.family.split('=')[0]} called {person.phone}, {person.clinical} known"
    dataset.RequestedProcedureDescription = f"control {study.accession} thorax"
    dataset.RequestAttributesSequence = Sequence(
        [item(RequestedProcedureID="RPQ-4410", ScheduledProcedureStepID="SPS-4411", AccessionNumber=study.accession)]
    )
    dataset.ReferringPhysicianIdentificationSequence = Sequence(
        [
            item(
                PersonIdentificationCodeSequence=code("STAFF-9921", "99HOSPITAL", surname),
                InstitutionName=person.institution,
            )
        ]
    )
    dataset.OtherPatientIDsSequence = Sequence(
        [item(PatientID=person.other_id, IssuerOfPatientID=person.institution[:20])]
    )
    dataset.PerformedProcedureStepStartDate = study.date
    dataset.PerformedProcedureStepID = "PPS-4412"
    dataset.OriginalAttributesSequence = Sequence(
        [
            item(
                AttributeModificationDateTime=f"{study.date}235900",
                ModifyingSystem="RIS-ZEPHYR",
                ReasonForTheAttributeModification="CORRECT",
                ModifiedAttributesSequence=Sequence([item(PatientName=person.name, PatientID=person.other_id)]),
            )
        ]
    )
    dataset.ContributingEquipmentSequence = Sequence(
        [
            item(
                PurposeOfReferenceCodeSequence=code("109102", "DCM", "Processing Equipment"),
                Manufacturer="ACME Imaging",
                InstitutionName=person.institution,
                OperatorsName=person.operator,
                ContributionDateTime=f"{study.days[1]}010203",
            )
        ]
    )


def private(dataset: Dataset, study: Study) -> None:
    """Private blocks as vendors have them: a CSA-like header, names in LO, a sequence, and one safe element."""
    name = study.person.name.split("=")[0].encode("latin-1", "ignore") or b"?"
    csa = b"SV10\4\3\2\1" + study.dice.randbytes(24) + b"tPatientName\0" + study.person.patient_id.encode() + name
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", csa + bytes(len(csa) % 2))
    block = dataset.private_block(0x0019, "ACME HOUSE 1.0", create=True)
    block.add_new(0x01, "LO", study.person.patient_id)
    block.add_new(0x02, "SQ", Sequence([item(PatientName=study.person.name, PatientID=study.person.patient_id)]))
    block.add_new(0x03, "UI", study.uid("secret"))
    block = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
    block.add_new(0x03, "FL", 1000.0)
    block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x9E, "LO", f"EPI {study.person.given.encode('ascii', 'ignore').decode()} fast")
