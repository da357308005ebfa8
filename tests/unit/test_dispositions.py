"""Private elements that TCIA's curators keep: only where a policy asks for them, and cleaned like all others."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from dicom_deid.conformance import conformance
from dicom_deid.errors import PolicyError
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from dicom_deid.profile import private_vr, table
from made import KEY, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

SAFE = frozenset(("retain-safe-private",))
TCIA = Policy(options=SAFE, private_dispositions="tcia")
GENIE, NM = "GEMS_GENIE_1", "SIEMENS MED NM"
IMPLICIT_UID = "1.2.840.10008.1.2"


def kept(dataset: Dataset, policy: Policy) -> Dataset:
    data = to_bytes(dataset)
    outcome = outcome_of(data, policy)
    assert (outcome.status, outcome.reason) == ("written", "")
    return pydicom.dcmread(BytesIO(output_of(data, outcome)))


def private_values(dataset: Dataset) -> dict[int, object]:
    """Element within its block -> value, creators left out."""
    return {e.tag & 0xFF: e.value for e in dataset if e.tag.is_private and e.tag & 0xFF00}


def genie(dataset: Dataset) -> Dataset:
    block = dataset.private_block(0x0011, GENIE, create=True)
    block.add_new(0x0D, "LO", "Tc99m of Okonkwo")  # keep
    block.add_new(0x33, "LO", "energy map")  # keep
    block.add_new(0x34, "OB", b"anything")  # keep, by their record; never by itself
    block.add_new(0x37, "LT", "typed by somebody")  # keep, by their record; free text
    block.add_new(0xEE, "LO", "unknown")
    return dataset


def test_they_count_only_where_the_policy_asks_and_the_option_is_chosen() -> None:
    for policy in (Policy(), Policy(options=SAFE), Policy(private_dispositions="tcia")):
        assert private_values(kept(genie(ct()), policy)) == {}
    made = kept(genie(ct()), TCIA)
    assert private_values(made) == {0x0D: "Tc99m of", 0x33: "energy map"}
    assert [code.CodeValue for code in made.DeidentificationMethodCodeSequence] == ["113100", "113111"]


def test_they_are_matched_by_creator_and_element_at_any_depth() -> None:
    inner = item(CodeValue="T-D3000", CodingSchemeDesignator="SRT", CodeMeaning="Chest")
    inner.private_block(0x0011, "SOMEBODY ELSE", create=True).add_new(0x0D, "LO", "not theirs")
    genie(inner)
    assert inner[0x00111133].value == "energy map"  # in the second block
    made = kept(ct(AnatomicRegionSequence=sequence(inner)), TCIA).AnatomicRegionSequence[0]
    assert private_values(made) == {0x0D: "Tc99m of", 0x33: "energy map"}


@pytest.mark.parametrize("status", ["SAFE", "MIXED", "UNSAFE"])
def test_what_the_object_says_of_a_block_goes_before(status: str) -> None:
    block = item(
        PrivateGroupReference=0x0011,
        PrivateCreatorReference=GENIE,
        BlockIdentifyingInformationStatus=status,
        NonidentifyingPrivateElements=[0xEE],
    )
    dataset = genie(ct(PrivateDataElementCharacteristicsSequence=sequence(block)))
    expected = {"SAFE": {0x0D, 0x33, 0x37, 0xEE}, "MIXED": {0xEE}, "UNSAFE": set()}[status]
    assert private_values(kept(dataset, TCIA)).keys() == expected


def listed_sequence() -> tuple[str, int]:
    """A creator and the tag of a private sequence that stays, in the first block."""
    rows = table("tcia-private.json")["rows"]
    found = ((creator, element) for creator, known in rows.items() for element, vr in known.items() if vr == "SQ")
    creator, element = next(found)
    return creator, int(f"{element[:4]}10{element[4:]}", 16)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", IMPLICIT_UID])
@pytest.mark.parametrize("undefined", [True, False])
def test_a_private_sequence_is_looked_into_however_it_is_stored(syntax: str, undefined: bool) -> None:
    creator, tag = listed_sequence()
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.add_new((tag >> 16) << 16 | 0x10, "LO", creator)
    dataset.add_new(tag, "SQ", sequence(item(OperatorsName="Reyes^T", InstanceNumber="7", StudyDate="20240229")))
    dataset[tag].is_undefined_length = undefined
    data = to_bytes(dataset)
    outcome = outcome_of(data, TCIA)
    assert outcome.status == "written"
    made = output_of(data, outcome)
    assert b"Reyes" not in made
    assert b"20240229" not in made
    assert b"\x20\x00\x13\x00" in made[made.index(creator.encode()) :]  # Instance Number, inside


def test_a_private_sequence_that_is_not_whole_goes() -> None:
    creator, tag = listed_sequence()
    dataset = ct()
    dataset.add_new((tag >> 16) << 16 | 0x10, "LO", creator)
    dataset.add_new(tag, "UN", b"\xfe\xff\x00\xe0\x40\0\0\0\x08\0\x70\x10\x06\0\0\0Vance ")
    assert not any(element.tag.is_private for element in kept(dataset, TCIA))


def test_nothing_doubtful_is_in_the_table() -> None:
    rows = table("tcia-private.json")["rows"]
    assert {vr for known in rows.values() for vr in known.values()}.isdisjoint(("OB", "OW", "UN", "PN", "LT", "ST"))
    assert "CTP" not in rows
    # Kept at one path and deleted at another, or kept with one VR and deleted with another.
    assert private_vr(0x2001, 0xC1, "Philips Imaging DD 001", "tcia-private.json") is None
    assert private_vr(0x0009, 0x08, "FDMS 1.0", "tcia-private.json") is None
    assert private_vr(0x0043, 0x7F, "GEMS_PARM_01", "tcia-private.json") is None
    assert private_vr(0x0011, 0x0D, GENIE, "tcia-private.json") == "LO"


def test_the_policy_says_so_and_so_does_the_statement() -> None:
    read = Policy.read('options = ["retain-safe-private"]\nprivate_dispositions = "tcia"\n')
    assert read == TCIA
    assert TCIA.stated()["private_dispositions"] == "tcia"
    assert "private_dispositions" not in Policy(options=SAFE).stated()
    text = conformance(Plan(TCIA, Key(KEY)))
    assert "The Cancer Imaging Archive" in text
    assert table("tcia-private.json")["sha256"] in text
    assert "Cancer Imaging" not in conformance(Plan(Policy(options=SAFE), Key(KEY)))
    with pytest.raises(PolicyError) as wrong:
        Policy.read('verbose = true\nprivate_dispositions = "tica"\n')
    assert (wrong.value.problems[0].line, wrong.value.problems[0].near) == (2, "tcia")
