"""Watches a packet filter switch, by packets: flip-prober PEER PORT AT_MS...

Sends one TCP segment (a reset, which nobody answers) each millisecond from 150 ms before to 2,000 ms after each
instant, until the verdict has changed once. A segment that the filter of this host drops fails with EPERM, so
the sender knows the verdict on each packet when the call returns. Goes before other processes where it may, since
what it must see is the switch and not how busy the machine is. Prints for each instant, in milliseconds after
it: the last packet of the old verdict, the first of the new, as "BEFORE AFTER"; or "never".
"""
import os
import socket
import struct
import sys
import time

BEFORE_MS = 150
AFTER_MS = 2_000


def main():
    peer, port, *instants = sys.argv[1:]
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        pass
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    header = struct.pack("!HHIIBBHHH", 40000, int(port), 1, 0, 5 << 4, 0x04, 0, 0, 0)

    def passes():
        try:
            sender.sendto(header, (peer, 0))
            return True
        except PermissionError:
            return False

    seen = [watch(passes, int(instant)) for instant in instants]
    # Printing and ending takes milliseconds, which probers of other hosts may need just now.
    time.sleep(0.5)
    print("\n".join(seen))


def watch(passes, instant):
    wait = (instant - BEFORE_MS) / 1e3 - time.time()
    if wait > 0:
        time.sleep(wait)
    old = passes()
    before = time.time_ns()
    while before < (instant + AFTER_MS) * 1_000_000:
        began = time.time_ns()
        new = passes()
        ended = time.time_ns()
        if new != old:
            return "%.3f %.3f" % tuple(at / 1e6 - instant for at in (before, ended))
        before = began
        time.sleep(0.0008)
    return "never"


main()
