"""The canary object: one identifier of each kind and place, and none of them is left (docs: PS3.15 E.1.1, E.3)."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from dicom_deid.policy import Policy
from made import ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

CANARY = "CANARY77"
PERSON = "Canary77^Tweety"


def file_with(dataset: Dataset) -> bytes:
    return to_bytes(dataset)


def preamble() -> bytes:
    return CANARY.encode().ljust(128, b"\0") + to_bytes(ct())[128:]


def source_ae_title() -> bytes:
    dataset = ct()
    dataset.file_meta.SourceApplicationEntityTitle = CANARY
    return to_bytes(dataset)


def private_information_in_meta() -> bytes:
    dataset = ct()
    dataset.file_meta.PrivateInformationCreatorUID = "1.2.3"
    dataset.file_meta.PrivateInformation = CANARY.encode()
    return to_bytes(dataset)


def person_in_an_unlisted_sequence() -> bytes:
    return to_bytes(ct(RelatedSeriesSequence=sequence(item(NameOfPhysiciansReadingStudy=PERSON))))


def person_three_levels_deep() -> bytes:
    deep = item(ConceptNameCodeSequence=sequence(item(RequestingPhysician=PERSON)))
    return to_bytes(ct(AcquisitionContextSequence=sequence(item(ContentItemModifierSequence=sequence(deep)))))


def kept_sequence_three_levels_deep() -> bytes:
    deep = item(PurposeOfReferenceCodeSequence=sequence(item(OperatorsName=PERSON)))
    return to_bytes(ct(SharedFunctionalGroupsSequence=sequence(item(DerivationImageSequence=sequence(deep)))))


def private_text() -> bytes:
    dataset = ct()
    dataset.private_block(0x0009, "ACME", create=True).add_new(1, "LO", CANARY)
    return to_bytes(dataset)


def private_creator() -> bytes:
    dataset = ct()
    dataset.private_block(0x0009, CANARY, create=True).add_new(1, "LO", "x")
    return to_bytes(dataset)


def private_in_a_sequence() -> bytes:
    inner = item()
    inner.private_block(0x0009, "ACME", create=True).add_new(1, "PN", PERSON)
    return to_bytes(ct(SharedFunctionalGroupsSequence=sequence(inner)))


def private_bytes() -> bytes:
    dataset = ct()
    dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", CANARY.encode())
    return to_bytes(dataset)


def sequence_stored_as_un() -> bytes:
    inner = b"\x10\0\x10\0" + len(PERSON + " ").to_bytes(4, "little") + PERSON.encode() + b" "
    value = b"\xfe\xff\x00\xe0" + len(inner).to_bytes(4, "little") + inner
    dataset = ct()
    dataset[0x00400275] = DataElement(0x00400275, "OB", value)
    data = to_bytes(dataset)
    return data.replace(b"\x40\x00\x75\x02OB", b"\x40\x00\x75\x02UN")


def text_stored_as_un() -> bytes:
    dataset = ct()
    dataset[0x00081030] = DataElement(0x00081030, "OB", CANARY.encode())
    return to_bytes(dataset).replace(b"\x08\x00\x30\x10OB", b"\x08\x00\x30\x10UN")


def original_attributes() -> bytes:
    modified = item(PatientName=PERSON, PatientID=CANARY)
    return to_bytes(ct(OriginalAttributesSequence=sequence(item(ModifiedAttributesSequence=sequence(modified)))))


def structured_report(**values: object) -> Dataset:
    dataset = ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11", Modality="SR", ValueType="CONTAINER", **values)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated"):
        delattr(dataset, keyword)
    return dataset


def report_text() -> bytes:
    return to_bytes(structured_report(ContentSequence=sequence(item(ValueType="TEXT", TextValue=f"{CANARY} says"))))


def report_person() -> bytes:
    return to_bytes(structured_report(ContentSequence=sequence(item(ValueType="PNAME", PersonName=PERSON))))


def verifying_observer() -> bytes:
    observer = item(VerifyingObserverName=PERSON, VerifyingOrganization=CANARY)
    return to_bytes(structured_report(VerifyingObserverSequence=sequence(observer)))


def overlay_data() -> bytes:
    dataset = ct()
    dataset.add_new(0x60103000, "OW", CANARY.encode())
    return to_bytes(dataset)


def overlay_comments() -> bytes:
    dataset = ct()
    dataset.add_new(0x601E4000, "LT", CANARY)
    return to_bytes(dataset)


def curve_data() -> bytes:
    dataset = ct()
    dataset.add_new(0x50043000, "OW", CANARY.encode())
    return to_bytes(dataset)


def graphic_annotation() -> bytes:
    text = item(UnformattedTextValue=CANARY)
    return to_bytes(ct(GraphicAnnotationSequence=sequence(item(TextObjectSequence=sequence(text)))))


def icon_image() -> bytes:
    icon = item()
    icon.add_new(0x7FE00010, "OB", CANARY.encode())
    return to_bytes(ct(IconImageSequence=sequence(icon)))


def trailing_padding() -> bytes:
    dataset = ct()
    dataset.add_new(0xFFFCFFFC, "OB", CANARY.encode())
    return to_bytes(dataset)


def behind_the_data_set() -> bytes:
    return to_bytes(ct()) + CANARY.encode()


def digital_signature() -> bytes:
    return to_bytes(ct(DigitalSignaturesSequence=sequence(item(CertificateOfSigner=CANARY.encode()))))


def retired_person() -> bytes:
    dataset = ct()
    dataset.add_new(0x40080119, "PN", PERSON)
    return to_bytes(dataset)


def unregistered_element() -> bytes:
    dataset = ct()
    dataset.add_new(0x00100999, "LO", CANARY)
    return to_bytes(dataset)


def stray_group_0004() -> bytes:
    data = to_bytes(ct())
    at = data.index(b"\x08\x00\x16\x00UI")
    return data[:at] + b"\x04\x00\x30\x11CS\x08\x00" + CANARY.encode() + data[at:]


def local_code_meaning() -> bytes:
    code = item(CodeValue="X1", CodingSchemeDesignator="99HOSP", CodeMeaning=CANARY)
    return to_bytes(ct(ViewCodeSequence=sequence(code)))


def local_coding_scheme() -> bytes:
    scheme = item(CodingSchemeDesignator="99HOSP", CodingSchemeName=f"{CANARY} codes", CodingSchemeExternalID=CANARY)
    scheme.CodingSchemeURL = f"http://{CANARY}.example"
    return to_bytes(ct(CodingSchemeIdentificationSequence=sequence(scheme)))


def time_in_a_sequence() -> bytes:
    deep = item(ReferencedSOPSequence=sequence(item(FrameAcquisitionDateTime="19770707070707")))
    return to_bytes(ct(SharedFunctionalGroupsSequence=sequence(item(ReferencedStudySequence=sequence(deep)))))


def name_in_unlisted_text() -> bytes:
    return to_bytes(ct(PatientName=PERSON, FilterType="ask Canary77"))


def name_in_another_case() -> bytes:
    return to_bytes(ct(PatientName=PERSON, ConvolutionKernel="cAnArY77"))


def id_in_unlisted_text() -> bytes:
    return to_bytes(ct(PatientID=CANARY, SoftwareVersions=f"v1 ({CANARY})"))


def hanging_protocol_creator() -> bytes:
    return to_bytes(ct(HangingProtocolCreator=CANARY))


CANARIES = [
    preamble,
    source_ae_title,
    private_information_in_meta,
    person_in_an_unlisted_sequence,
    person_three_levels_deep,
    kept_sequence_three_levels_deep,
    private_text,
    private_creator,
    private_in_a_sequence,
    private_bytes,
    sequence_stored_as_un,
    text_stored_as_un,
    original_attributes,
    report_text,
    report_person,
    verifying_observer,
    overlay_data,
    overlay_comments,
    curve_data,
    graphic_annotation,
    icon_image,
    trailing_padding,
    behind_the_data_set,
    digital_signature,
    retired_person,
    unregistered_element,
    stray_group_0004,
    local_code_meaning,
    local_coding_scheme,
    time_in_a_sequence,
    name_in_unlisted_text,
    name_in_another_case,
    id_in_unlisted_text,
    hanging_protocol_creator,
]


@pytest.mark.parametrize("made", CANARIES, ids=lambda made: made.__name__)
def test_no_canary_is_left(made: object) -> None:
    data = made()  # type: ignore[operator]
    sought = [CANARY.encode(), b"tweety", b"19770707", b"x1"]
    planted = [word for word in sought if word.lower() in data.lower()]
    assert planted, "the canary sits in the source"
    outcome = outcome_of(data)
    assert (outcome.status, outcome.reason) == ("written", "")
    output = output_of(data, outcome)
    assert [word for word in planted if word != b"x1" and word.lower() in output.lower()] == []
    assert CANARY.lower() not in repr(outcome.names).lower()


def test_an_encapsulated_document_is_withheld() -> None:
    dataset = ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", EncapsulatedDocument=CANARY.encode())
    outcome = outcome_of(to_bytes(dataset))
    assert (outcome.status, outcome.reason, outcome.splice) == ("withheld", "SOP_CLASS_WITHHELD", ())


def test_an_encapsulated_document_that_is_allowed_is_replaced() -> None:
    uid = "1.2.840.10008.5.1.4.1.1.104.1"
    dataset = ct(SOPClassUID=uid, EncapsulatedDocument=CANARY.encode())
    data = to_bytes(dataset)
    outcome = outcome_of(data, Policy(allow_sop_classes=frozenset((uid,))))
    assert outcome.status == "written"
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert read.EncapsulatedDocument == b"\0\0"
