"""How long it takes to connect: dial-times listen PORT | dial-times ADDRESS PORT COUNT.

Prints one line of microseconds, the median of COUNT connections made one after the other. The listener prints
"ready" and ends with its stdin.
"""
import socket
import sys
import threading
import time


def listen(port):
    server = socket.create_server(("", port), backlog=1024)

    def accept():
        while True:
            server.accept()[0].close()

    threading.Thread(target=accept, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


def dial(address, port, count):
    times = []
    for _ in range(count):
        began = time.perf_counter_ns()
        link = socket.create_connection((address, port))
        times.append(time.perf_counter_ns() - began)
        link.recv(1)
        link.close()
    print("%.1f" % (sorted(times)[count // 2] / 1e3))


if sys.argv[1] == "listen":
    listen(int(sys.argv[2]))
else:
    dial(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
