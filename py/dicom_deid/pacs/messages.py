"""Messages that come over an association, bounded: one that is torn or too long ends the association, not its thread.

pynetdicom collects a command set, and a data set that is no object, in memory for as long as the peer goes on; and an
error in the thread that reads leaves the peer without an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynetdicom.dimse import DIMSEServiceProvider
    from pynetdicom.pdu_primitives import P_DATA

MOST_COMMAND = 64 * 1024
"""Bytes of a command set, of which all elements together have less."""
MOST_DATA_SET = 1024 * 1024
"""Bytes of a data set that is collected in memory: objects go elsewhere."""
MOST_WAITING = 16
"""Requests that wait to be served; who has agreed on nothing else makes one at a time (PS3.7 D.3.3.3)."""
INVALID = "Evt19"
"""PS3.8 9.2.1: an invalid PDU, which is answered with A-ABORT."""


def bounded(provider: DIMSEServiceProvider) -> None:
    """Bounds what an association takes."""
    receive = provider.receive_primitive

    def receive_bounded(primitive: P_DATA) -> None:
        try:
            receive(primitive)
        except Exception:  # whatever pynetdicom meets in what a peer sends
            break_off(provider)
            return
        if is_too_much(provider):
            break_off(provider)

    provider.receive_primitive = receive_bounded  # type: ignore[method-assign]


def break_off(provider: DIMSEServiceProvider) -> None:
    """Ends the association; whoever waits for a message is told that none comes. For the thread that reads."""
    provider.dul.event_queue.put(INVALID)
    provider.msg_queue.put((None, None))  # as pynetdicom does when a connection is lost


def is_too_much(provider: DIMSEServiceProvider) -> bool:
    """Whether more has come than anybody means to send."""
    message = provider.message
    if message is None:
        return bool(provider.assoc.is_acceptor and provider.msg_queue.qsize() > MOST_WAITING)
    data_set = message.data_set
    return message.encoded_command_set.tell() > MOST_COMMAND or bool(data_set and data_set.tell() > MOST_DATA_SET)
