"""Callers that mean harm, over TCP: requests that two readers take for two things, connections that say nothing or
everything slowly, callers that go and callers that stay. Nobody else may notice.

usage: hostile_callers_test.py BIN_FOLDER
"""

import http.client
import json
import re
import select
import socket
import time

import case
import network

ADDRESS = ("127.0.0.1", 8017)
CHAT = "/v1/chat/completions"
# What must not be answered: it stands behind, or inside, another request.
HIDDEN = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
HIDDEN_REPLY = b'"object":"list"'


def post(*headers, body="", target="/seekd/v1/search", version="HTTP/1.1"):
    return (f"POST {target} {version}\r\nHost: localhost\r\n" + "".join(f"{header}\r\n" for header in headers) + "\r\n" + body)


# Each is refused, and what follows on its connection is not read as a request.
AMBIGUOUS = {
    "content-length beside chunked": post("Content-Length: 4", "Transfer-Encoding: chunked", body="0\r\n\r\n" + HIDDEN),
    "chunked beside content-length": post("Transfer-Encoding: chunked", "Content-Length: 4", body="0\r\n\r\n" + HIDDEN),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "a list of lengths": post(f"Content-Length: 0, {len(HIDDEN)}", body=HIDDEN),
    "a signed length": post(f"Content-Length: +{len(HIDDEN)}", body=HIDDEN),
    "a negative length": post("Content-Length: -1", body=HIDDEN),
    "a hexadecimal length": post("Content-Length: 0x10", body=HIDDEN),
    "a length beyond 64 bits": post("Content-Length: 18446744073709551616", body=HIDDEN),
    "a length in two words": post("Content-Length: 1 0", body=HIDDEN),
    "a space before the colon": post("Content-Length : 0", body=HIDDEN),
    "a space before chunked's colon": post("Transfer-Encoding : chunked", body="0\r\n\r\n" + HIDDEN),
    "another coding": post("Transfer-Encoding: xchunked", body="0\r\n\r\n" + HIDDEN),
    "chunked twice": post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body="0\r\n\r\n" + HIDDEN),
    "chunked, then identity": post("Transfer-Encoding: chunked, identity", body="0\r\n\r\n" + HIDDEN),
    "a vertical tab before chunked": post("Transfer-Encoding: \x0bchunked", body="0\r\n\r\n" + HIDDEN),
    "a null in a header": post("X: a\0b", body=HIDDEN),
    "a line feed alone in a header": post("X: a\nTransfer-Encoding: chunked", body="0\r\n\r\n" + HIDDEN),
    "a carriage return alone in a header": post("X: a\rTransfer-Encoding: chunked", body="0\r\n\r\n" + HIDDEN),
    "a header without a name": post(": a", body=HIDDEN),
    "a chunk's size that overflows": post("Transfer-Encoding: chunked", body="FFFFFFFFFFFFFFFFF\r\n" + HIDDEN),
    "a chunk's size that is negative": post("Transfer-Encoding: chunked", body="-1\r\n" + HIDDEN),
    "a chunk's size in hexadecimal's long form": post("Transfer-Encoding: chunked", body="0x0\r\n\r\n" + HIDDEN),
    "a chunk that is longer than it says": post("Transfer-Encoding: chunked", body="1\r\nab\r\n0\r\n\r\n" + HIDDEN),
    "chunked in HTTP/1.0": post("Transfer-Encoding: chunked", body="0\r\n\r\n" + HIDDEN, version="HTTP/1.0"),
    "two hosts": post("Host: example.org", body=HIDDEN),
    "a version without an end": post(version="HTTP/1.11", body=HIDDEN),
    "a version that is not there": post(version="HTTP/3.0", body=HIDDEN),
    "a request without a version": "GET /health\r\n\r\n" + HIDDEN,
    "a request with two spaces": "GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + HIDDEN,
    "a target with a space": "GET /health /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n" + HIDDEN,
    "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN,
    "TLS": "\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03" + HIDDEN,
}


def connection():
    found = socket.create_connection(ADDRESS, timeout=30)
    return found


def all_of(sock, patience=20):
    """What comes until the server closes."""
    sock.settimeout(patience)
    got = b""
    try:
        while part := sock.recv(65536):
            got += part
    except ConnectionResetError:
        pass
    return got


class HostileCallers(case.Case):
    extra_config = '[access]\nloopback_roles = ["reader", "auditor"]\n'

    @classmethod
    def programs(cls, extra=""):
        made = super().programs(extra)
        text = made.config.read_text().replace('http_listen = "127.0.0.1:8017"',
                                               'http_listen = "127.0.0.1:8017"\nidle_timeout = "3s"\nconnections_max = 300')
        made.config.write_text(text)
        return made

    def assertWell(self):
        """Another caller is served as if nothing had happened."""
        other = http.client.HTTPConnection(*ADDRESS, timeout=30)
        self.addCleanup(other.close)
        for _ in range(2):
            other.request("GET", "/v1/models")
            reply = other.getresponse()
            text = reply.read()
            self.assertEqual(reply.status, 200, text)
            self.assertEqual(json.loads(text)["object"], "list")

    def open_files(self):
        return len(list((network.pathlib.Path("/proc") / str(self.seekd.seekd.pid) / "fd").iterdir()))

    def test_what_two_readers_take_for_two_things_is_refused(self):
        for name, request in AMBIGUOUS.items():
            with self.subTest(name), connection() as sock:
                sock.sendall(request.encode("latin-1"))
                sock.shutdown(socket.SHUT_WR)
                got = all_of(sock)
                self.assertRegex(got[:12], rb"^HTTP/1\.[01] 4\d\d", got)
                self.assertEqual(len(re.findall(rb"HTTP/1\.[01] \d\d\d ", got)), 1, got)
                self.assertNotIn(HIDDEN_REPLY, got)
        self.assertWell()

    def test_a_request_in_a_body_is_a_body(self):
        with connection() as sock:
            sock.sendall(post(f"Content-Length: {len(HIDDEN)}", body=HIDDEN).encode() + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            got = all_of(sock)
        self.assertEqual(got.count(b"HTTP/1.1 "), 2, got)
        self.assertNotIn(HIDDEN_REPLY, got)

    def test_too_much_is_refused_before_it_is_kept(self):
        many = "".join(f"X-{n}: a\r\n" for n in range(5000))
        for name, request, status in (
                ("a long target", f"GET /{'a' * 70_000} HTTP/1.1\r\nHost: localhost\r\n\r\n", b" 431 "),
                ("many headers", f"GET /health HTTP/1.1\r\nHost: localhost\r\n{many}\r\n", b" 431 "),
                ("a long method", f"{'A' * 70_000} / HTTP/1.1\r\nHost: localhost\r\n\r\n", b" 4"),
                ("a declared gigabyte", post("Content-Length: 1073741824"), b" 413 "),
                ("endless chunk extensions", post("Transfer-Encoding: chunked", body="1;" + "a" * 200_000), b" 4"),
                ("a deep body", post("Content-Length: 200000", body="[" * 200_000), b" 400 ")):
            with self.subTest(name), connection() as sock:
                sock.sendall(request.encode())
                self.assertIn(status, all_of(sock)[:40])
        self.assertWell()

    def test_slow_senders_are_let_go_and_nobody_waits_for_them(self):
        before = self.open_files()
        slow = [connection() for _ in range(200)]
        for sock in slow:
            self.addCleanup(sock.close)
        begun = time.monotonic()
        for number, sock in enumerate(slow):
            sock.sendall((b"GET /v1/models HTTP/1.1\r\nHost: ", post("Content-Length: 100", body="{").encode(), b"")[number % 3])
        left = set(slow)
        worst = 0
        while left and time.monotonic() - begun < 60:
            for sock in list(left):
                try:
                    sock.sendall(b"a")
                except OSError:
                    left.discard(sock)
            asked = time.monotonic()
            self.assertWell()
            worst = max(worst, time.monotonic() - asked)
            for sock in select.select(list(left), [], [], 0.3)[0]:
                try:
                    if not sock.recv(65536):
                        left.discard(sock)
                except ConnectionResetError:
                    left.discard(sock)
        self.assertFalse(left, "a slow sender is still connected a minute later, at idle_timeout = 3s")
        self.assertLess(worst, 20, "another caller waited for the slow ones")
        for sock in slow:
            sock.close()
        network.wait_until(lambda: self.open_files() <= before + 2, "their descriptors to be closed")

    def test_a_caller_that_goes_takes_its_answers_back(self):
        body = json.dumps({"messages": [{"role": "user", "content": "Write a long story."}], "disable_search": True,
                           "stream": True, "max_tokens": 4000})
        for _ in range(4):
            with connection() as sock:
                sock.sendall(post(f"Content-Length: {len(body)}", body=body, target=CHAT).encode())
                sock.settimeout(60)
                self.assertIn(b" 200 ", sock.recv(65536))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # gone without a word
        running = lambda: sum(self.seekd.metrics()["vllm:num_requests_running"].values())
        network.wait_until(lambda: running() == 0, "the answers to be taken back", 60)
        self.assertWell()

    def test_a_caller_that_never_reads_is_let_go(self):
        before = self.open_files()
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.settimeout(30)
            deaf.connect(ADDRESS)
            asked = 0
            with self.assertRaises(OSError):  # more than every buffer on the way holds, and nothing of it is taken
                while asked < 1000:
                    deaf.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
                    asked += 50
                    time.sleep(0.3)
            self.assertWell()
            network.wait_until(lambda: self.open_files() <= before + 2, "its descriptor to be closed")

    def test_each_caller_for_whom_there_is_no_place_is_told_so(self):
        body = "a" * 300_000
        held = [connection() for _ in range(300)]
        try:
            for number in range(40):
                with self.subTest(number), connection() as sock:
                    sock.sendall(post(f"Content-Length: {len(body)}", body=body, target=CHAT).encode())
                    got = all_of(sock)
                    self.assertIn(b" 503 ", got[:20])
                    self.assertIn(b"Retry-After: ", got)
                    self.assertIn(b"connections_max", got)
        finally:
            for sock in held:
                sock.close()
        network.wait_until(self.is_served, "places for others")
        self.assertWell()
        self.assertGreaterEqual(self.seekd.metrics()["seekd_requests_refused_total"][(("reason", "busy"),)], 40)

    def is_served(self):
        other = http.client.HTTPConnection(*ADDRESS, timeout=30)
        try:
            other.request("GET", "/health")
            return other.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            other.close()


if __name__ == "__main__":
    case.main()
