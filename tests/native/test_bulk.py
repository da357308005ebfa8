"""Bulk values natively: bounded memory, however long they are, and nothing of them is written but by the system."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from random import Random

import pytest
from dicom_deid.key import Key
from dicom_deid.native.job import settle
from dicom_deid.native.source import FileSource
from dicom_deid.policy import Plan
from dicom_deid.splice import Copy
from made import KEY, SOURCE_ID, ct, item, sequence, to_bytes

MEGABYTE = 1024 * 1024
SIZE, MORE = 24 * MEGABYTE, 20 * MEGABYTE


@pytest.mark.parametrize("undefined", [True, False])
def test_a_bulk_value_is_held_once(tmp_path: Path, undefined: bool) -> None:
    group = item(NumberOfWaveformChannels=1)
    group.add_new(0x54001010, "OW", Random(1).randbytes(SIZE))
    group.is_undefined_length_sequence_item = undefined
    dataset = ct(WaveformSequence=sequence(group), PatientName="Kim^Lee")
    dataset["WaveformSequence"].is_undefined_length = undefined
    del dataset.PixelData
    path = tmp_path / "eeg.dcm"
    path.write_bytes(to_bytes(dataset))
    del dataset, group
    plan = Plan(key=Key(KEY))
    with FileSource(path) as source:
        tracemalloc.start()
        try:
            outcome, _ = settle(source, plan, SOURCE_ID, repeat=False)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert outcome.status == "written"
    assert [part.end - part.start for part in outcome.splice if isinstance(part, Copy)] == [SIZE]
    assert peak < SIZE + MORE
