"""One Orthanc for the tests of a process that need no other configuration; each finds it empty."""

from collections.abc import Iterator

import pytest
from orthanc import PASSWORD, USER, Orthanc, running
from runs import RunFolder
from sendable import run_of, slices


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with running(tmp_path_factory.mktemp("orthanc")) as server:
        yield server


@pytest.fixture
def orthanc(started: Orthanc, login: None) -> Orthanc:
    started.empty()
    return started


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    """User and password of Orthanc, where the command line looks for them."""
    monkeypatch.setenv("DICOM_DEID_USER", USER)
    monkeypatch.setenv("DICOM_DEID_PASSWORD", PASSWORD)


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of thirty instances in two series. It is copied before it is sent."""
    return run_of(tmp_path_factory.mktemp("whole"), slices(30))


FILTER = """
function ReceivedInstanceFilter(dicom, origin)
   return tonumber(dicom.InstanceNumber) % 3 ~= 1
end
"""


@pytest.fixture(scope="session")
def filtering_started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    folder = tmp_path_factory.mktemp("filtering")
    (folder / "filter.lua").write_text(FILTER)
    with running(folder, LuaScripts=[str(folder / "filter.lua")]) as server:
        yield server


@pytest.fixture
def filtering(filtering_started: Orthanc, login: None) -> Orthanc:
    """An Orthanc that drops every third instance."""
    filtering_started.empty()
    return filtering_started
