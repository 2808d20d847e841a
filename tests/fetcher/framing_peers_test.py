"""Responses whose length cannot be believed.

usage: framing_peers_test.py BIN_FOLDER
"""

import gzip
import unittest

from door import ARTICLE, Case, chunk, head, whole


class Framing(Case):
    def assertFraming(self, answer, reason="framing_invalid"):
        self.assertRefused(self.serve(answer), reason)

    def test_lengths_that_contradict(self):
        self.assertFraming(head(200, f"Content-Length: {len(ARTICLE)}", "Content-Length: 9") + ARTICLE)
        self.assertFraming(head(200, f"Content-Length: {len(ARTICLE)}, 9") + ARTICLE)
        self.assertFraming(head(200, "Content-Length: 9", "Transfer-Encoding: chunked") + chunk(ARTICLE) + b"0\r\n\r\n")
        self.assertFraming(head(200, "Transfer-Encoding: chunked", "Content-Length: 9") + chunk(ARTICLE) + b"0\r\n\r\n")
        self.assertFraming(head(200, "Transfer-Encoding: chunked, identity") + chunk(ARTICLE) + b"0\r\n\r\n")

    def test_a_field_that_looks_like_a_status_line_begins_no_other_head(self):
        page = f"Content-Length: {len(ARTICLE)}"
        self.assertFraming(head(200, "Content-Length: 5", "HTTP/x: 200", page) + ARTICLE)
        self.assertFraming(head(200, "Transfer-Encoding: chunked", "HTTP/x: 200", page) + chunk(ARTICLE) + b"0\r\n\r\n")
        self.assertFraming(head(200, page, "HTTP/1.1 200 OK") + ARTICLE)
        self.assertFraming(head(404, "HTTP/x: 200", page) + ARTICLE, "http_error")
        self.assertPage(self.serve(b"HTTP/1.1 103 Early Hints\r\nHTTP/x: 404\r\nContent-Length: 5\r\n\r\n" + whole(ARTICLE)))

    def test_two_lengths_that_agree_are_one(self):
        self.assertPage(self.serve(head(200, *[f"Content-Length: {len(ARTICLE)}"] * 2) + ARTICLE))

    def test_more_or_less_than_announced(self):
        self.assertFraming(whole(ARTICLE) + b"<p>excess</p>")
        self.assertFraming(head(200, f"Content-Length: {len(ARTICLE) + 1}") + ARTICLE)
        self.assertFraming(head(200, "Transfer-Encoding: chunked") + chunk(ARTICLE))
        self.assertFraming(head(200, "Transfer-Encoding: chunked") + b"zz\r\n" + ARTICLE)

    def test_a_broken_coding(self):
        packed = gzip.compress(ARTICLE)
        self.assertFraming(whole(packed[:20] + b"\0" * 40 + packed[60:], "Content-Encoding: gzip"))
        self.assertFraming(whole(ARTICLE, "Content-Encoding: " + ", ".join(["gzip"] * 6)))

    def test_no_http(self):
        self.assertFraming(b"SSH-2.0-OpenSSH_9.2\r\n")

    def test_a_connection_that_breaks_before_the_answer_has_no_framing_yet(self):
        self.assertFraming(b"", "connect_failed")

    def test_endless_headers(self):
        def endless(_, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")
        self.assertFraming(endless)
        self.assertFraming(lambda _, connection: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000_000))


if __name__ == "__main__":
    unittest.main()
