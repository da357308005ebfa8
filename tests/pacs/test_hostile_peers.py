"""The gateway and peers that mean harm, or make no sense: others are served all the same, and the log is silent."""

from __future__ import annotations

import shutil
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest
import raw
from certificates import Authority
from commands import command
from dicom_deid.pacs.gateway.listening import MOST_WAITING as MOST_BEGINNING
from dicom_deid.pacs.gateway.listening import received
from dicom_deid.pacs.messages import INVALID, MOST_WAITING, bounded
from gateways import folder_of, instance, running, store, wait_for
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import P_DATA

NAME = b"OKONKWO^ADA"
LONG = 100_000


def test_what_is_no_message_ends_its_association_and_nothing_of_it_is_told(tmp_path: Path) -> None:
    """UIDs that are names, commands that are torn or without an end; then whoever looks at the port alone."""
    content = instance(1)
    uid = content[132 + 12 :]
    with running(tmp_path) as gateway:
        for named in (NAME, b"../../" + NAME, b"1.2\0" + NAME, b"1.2\\" + NAME):
            with raw.associated(gateway.port) as peer:
                peer.sendall(raw.fragment(1, raw.COMMAND | raw.LAST, raw.command(raw.C_STORE, raw.CT, named)))
                peer.sendall(raw.fragment(1, raw.LAST, uid))
                assert raw.answer(peer) == raw.DATA
        torn = [
            [raw.fragment(1, raw.COMMAND | raw.LAST, NAME)],
            [raw.fragment(1, raw.COMMAND | raw.LAST, raw.command(0x7777, raw.CT, NAME))],
            [raw.fragment(99, raw.COMMAND | raw.LAST, raw.command(raw.C_STORE, raw.CT, NAME))],
            [raw.fragment(1, raw.LAST, NAME)],
            [raw.fragment(1, raw.COMMAND, bytes(LONG))],
            [
                raw.fragment(3, raw.COMMAND | raw.LAST, raw.command(raw.C_ECHO, raw.VERIFICATION)),
                *[raw.fragment(3, 0, bytes(LONG))] * 11,
            ],
        ]
        for parts in torn:
            with raw.associated(gateway.port) as peer:
                peer.sendall(b"".join(parts))
                assert raw.answer(peer) == raw.ABORTED
        for _ in range(20):
            raw.connected(gateway.port).close()
        wait_for(lambda: gateway.state()["associations"] == 0)
        raw.associated(gateway.port).close()
        assert not list((gateway.spool / "incoming").iterdir())
        assert NAME.decode() not in gateway.told()
        assert "Warning" not in gateway.told()
        assert len(gateway.told().splitlines()) == 2


def test_health_without_a_spool(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        shutil.move(gateway.spool, tmp_path / "elsewhere")
        status, told = gateway.ask("/health")
        assert status == 503
        assert "SPOOL_LOST" in told
        assert "Traceback" not in gateway.told()


def test_whoever_asks_for_no_association_takes_no_place(tmp_path: Path) -> None:
    """A peer that has gone leaves its place before a handshake that stands still ends; those have a bound, too."""
    authority = Authority(tmp_path / "tls", "authority")
    mine, known = authority.sign("gateway"), ssl.create_default_context(cafile=authority.ca)
    tls = ("--certificate", mine.certificate, "--key", mine.key, "--associations", "1")
    with running(tmp_path, *tls) as gateway, ExitStack() as undo:
        first = undo.enter_context(raw.connected(gateway.port))
        for _ in range(3):
            with known.wrap_socket(raw.connected(gateway.port), server_hostname="127.0.0.1") as peer:
                peer.sendall(raw.request(called=b"\\"))
                assert raw.answer(peer) == raw.ABORTED
        wait_for(lambda: gateway.state()["associations"] == 0)
        assert is_open(first)
        open_ones = [undo.enter_context(raw.connected(gateway.port)) for _ in range(MOST_BEGINNING)]
        assert raw.answer(undo.enter_context(raw.connected(gateway.port))) == 0
        assert is_open(open_ones[-1])


def is_open(connection: socket.socket) -> bool:
    """Whether the other side has not ended a connection over which it sends nothing."""
    connection.settimeout(0)
    try:
        return bool(connection.recv(1))
    except BlockingIOError:
        return True


def test_requests_that_wait_are_bounded() -> None:
    """A peer that does not wait for answers would fill the memory, and use up all files that may be open."""
    association = Association(AE(), "acceptor")
    bounded(association.dimse)
    echo = P_DATA()
    whole = raw.command(raw.C_ECHO, raw.VERIFICATION).replace(raw.element(0x800, b"\0\0"), raw.element(0x800, b"\1\1"))
    echo.presentation_data_value_list = [[3, bytes((raw.COMMAND | raw.LAST,)) + whole]]  # type: ignore[list-item]
    for _ in range(MOST_WAITING):
        association.dimse.receive_primitive(echo)
    assert association.dul.event_queue.empty()
    association.dimse.receive_primitive(echo)
    assert association.dul.event_queue.get(False) == INVALID


def test_a_pdu_in_driblets() -> None:
    """Byte after byte, each in time: the whole is not."""
    ours, theirs = socket.socketpair()

    def drip() -> None:
        while True:
            try:
                theirs.send(b"\0")
            except OSError:
                return

    dripping = Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(TimeoutError):
            received(ours, 1 << 20, 0.0)
    finally:
        ours.close()
        dripping.join()
        theirs.close()


def test_a_run_that_somebody_damaged_does_not_end_the_gateway(tmp_path: Path) -> None:
    """Its originals stay, a person is told, what comes meanwhile is kept; and no other gateway comes between."""
    with running(tmp_path, "--keep-originals") as gateway:
        assert store(gateway.port, folder_of(tmp_path / "one", instance(1))).returncode == 0
        gateway.settled(1)
        gateway.kill()
        shutil.move(gateway.spool / "kept" / "000001", gateway.spool / "taken" / "000001")
        with (gateway.output / "run-000001" / "audit.csv").open("a", encoding="utf-8") as audit:
            audit.write('"' + "x" * 200_000 + "\n")  # longer than a cell may be
        gateway.start()
        key, port = ("--passphrase-file", tmp_path / "passphrase"), ("--port", str(gateway.port))
        second = command("receive", tmp_path / "other-spool", gateway.output, *key, *port)
        assert (second.returncode, "Another gateway" in second.stderr) == (2, True)
        wait_for(lambda: gateway.state()["codes"] == ["INTERNAL_ERROR"])
        assert store(gateway.port, folder_of(tmp_path / "two", instance(2))).returncode == 0
        assert len(gateway.originals("taken")) == len(gateway.originals("waiting")) == 1
