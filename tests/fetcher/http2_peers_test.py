"""HTTP/2 over the descriptor that a worker is handed: nginx, and frames that no server should send.

usage: http2_peers_test.py BIN_FOLDER
"""

import gzip
import socket
import time
import unittest

from door import ARTICLE, Case
import h2_peers as h2


class Http2Case(Case):
    EXTRA = "transfer_timeout = \"13s\""

    @classmethod
    def more_servers(cls, folder, contexts):
        certificate = contexts["docs.example.org"].files[0]
        cls.nginx = h2.Nginx(folder, certificate, {"page.html": ARTICLE, "large.html": ARTICLE + b"<p>word</p>" * 90_000})
        cls.answer = None
        cls.frames = h2.FrameServer(lambda stream, connection: cls.respond(stream, connection), certificate)
        return [cls.nginx, cls.frames]

    @classmethod
    def respond(cls, stream, connection):
        if cls.frames.streams == 1:  # robots.txt
            return connection.sendall(h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, stream,
                                               h2.response_head(status=404)))
        cls.answer(stream, connection)

    def answered(self, answer):
        """The URL of a server that answers so: bytes of frames for stream 1, or a function of stream and connection."""
        def write(stream, connection):
            connection.sendall(answer)
        type(self).answer = staticmethod(answer if callable(answer) else write)
        return f"https://docs.example.org:{self.frames.port}/{self.id().rsplit('.', 1)[-1]}"

    def assertNext(self):
        self.assertPage(self.answered(h2.response(1, ARTICLE)))


class Nginx(Http2Case):
    def page(self, path):
        return f"https://docs.example.org:{self.nginx.port}{path}"

    def test_pages_come_by_http_2(self):
        self.assertPage(self.page("/page.html"))
        self.assertEqual(self.nginx.log()[-1], "HTTP/2.0 TLSv1.3 /page.html")

    def test_a_large_compressed_page_comes_by_http_2(self):
        reply = self.assertPage(self.page("/large.html"))
        self.assertEqual(reply["page"]["body_bytes"], len(ARTICLE) + 990_000)
        self.assertLess(reply["wire_bytes"], 50_000)

    def test_a_redirect_goes_by_http_2_and_is_judged(self):
        self.assertEqual(self.assertPage(self.page("/old"))["hops"], [self.page("/old"), self.page("/page.html")])

    def test_a_validator_goes_by_http_2(self):
        etag = self.assertPage(self.page("/page.html"))["page"]["headers"]["etag"]
        self.assertEqual(self.fetcher.fetch(self.page("/page.html"), etag=etag)["outcome"], "not_modified")


class Frames(Http2Case):
    def test_a_page_in_frames(self):
        self.assertNext()
        self.assertPage(self.answered(h2.response(1, gzip.compress(ARTICLE), ("content-encoding", "gzip"))))

    def test_padding_and_pings_are_no_part_of_a_page(self):
        padded = h2.frame(h2.DATA, h2.PADDED | h2.END_STREAM, 1, bytes([200]) + ARTICLE + bytes(200))
        self.assertPage(self.answered(h2.frame(h2.PING, 0, 0, bytes(8)) +
                                      h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.response_head()) + padded))

    def test_lengths_that_do_not_hold(self):
        for body_length in (len(ARTICLE) + 1, len(ARTICLE) - 1):
            self.assertRefused(self.answered(h2.response(1, ARTICLE, ("content-length", str(body_length)))), "framing_invalid")
        self.assertRefused(self.answered(h2.response(1, ARTICLE, ("content-length", "1"), ("content-length", "2"))),
                           "framing_invalid")
        self.assertNext()

    def test_a_transfer_encoding_has_no_place_in_http_2(self):
        self.assertRefused(self.answered(h2.response(1, ARTICLE, ("transfer-encoding", "chunked"))), "framing_invalid")

    def test_a_stream_that_breaks_off_is_no_page(self):
        begun = h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.response_head()) + h2.frame(h2.DATA, 0, 1, ARTICLE)
        self.assertRefused(self.answered(begun + h2.frame(h2.RST_STREAM, 0, 1, bytes([0, 0, 0, 2]))), "framing_invalid")

        def cut(_, connection):
            connection.sendall(begun)
            connection.shutdown(socket.SHUT_RDWR)
        self.assertRefused(self.answered(cut), "framing_invalid")
        self.assertNext()

    def test_frames_that_break_the_protocol(self):
        for broken in (h2.frame(h2.DATA, 0, 1, ARTICLE), h2.frame(h2.HEADERS, h2.END_HEADERS, 1, b"\xff\xff\xff\xff\xff"),
                       h2.frame(h2.CONTINUATION, h2.END_HEADERS, 1, h2.response_head()), b"\xff" * 4096):
            reply = self.fetcher.fetch(self.answered(broken))
            self.assertIn(reply["reason"], ("framing_invalid", "connect_failed"), reply)
        self.assertNext()

    def test_a_stream_that_is_refused_is_asked_for_again(self):
        def first_refused(stream, connection):
            answers.append(stream)
            refused = h2.frame(h2.RST_STREAM, 0, stream, bytes([0, 0, 0, 7]))
            connection.sendall(refused if len(answers) == 1 else h2.response(stream, ARTICLE))
        answers = []
        self.assertPage(self.answered(first_refused))
        self.assertEqual(len(answers), 2)

    def test_a_pushed_page_is_not_taken(self):
        promise = h2.frame(h2.PUSH_PROMISE, h2.END_HEADERS, 1, (2).to_bytes(4, "big") + h2.fields((":method", "GET")))
        self.assertRefused(self.answered(promise + h2.response(1, ARTICLE)), "framing_invalid")
        self.assertNext()


class Floods(Http2Case):
    def assertStopped(self, answer, *reasons):
        reply = self.fetcher.fetch(self.answered(answer))
        self.assertIn(reply["reason"], reasons, reply)
        self.assertNext()
        return reply

    def endless(self, piece, first=b""):
        def write(_, connection):
            connection.sendall(first)
            while True:
                connection.sendall(piece)
        return write

    HEAD = h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.response_head())

    def test_endless_data(self):
        reply = self.assertStopped(self.endless(h2.frame(h2.DATA, 0, 1, b"word " * 3000), self.HEAD), "body_too_large", "timeout")
        self.assertLess(reply["wire_bytes"], 5 << 20)

    def test_endless_empty_data(self):
        self.assertStopped(self.endless(h2.frame(h2.DATA, 0, 1) * 1000, self.HEAD),
                           "framing_invalid", "content_invalid", "timeout")  # a busy host gives the worker no time to use up

    def test_endless_padding(self):
        self.assertStopped(self.endless(h2.frame(h2.DATA, h2.PADDED, 1, bytes([255]) + bytes(255)) * 20, self.HEAD),
                           "framing_invalid", "body_too_large", "timeout")

    def test_endless_control_frames(self):
        for flood in (h2.frame(h2.PING, 0, 0, bytes(8)), h2.frame(h2.SETTINGS, 0, 0), h2.frame(h2.PING, h2.ACK, 0, bytes(8))):
            self.assertStopped(self.endless(flood * 1000), "framing_invalid", "connect_failed", "content_invalid")

    def test_endless_continuation(self):
        first = h2.frame(h2.HEADERS, 0, 1, h2.response_head())
        self.assertStopped(self.endless(h2.frame(h2.CONTINUATION, 0, 1, h2.field("x", "y" * 1000)) * 10, first), "framing_invalid")
        self.assertStopped(self.endless(h2.frame(h2.CONTINUATION, 0, 1) * 1000, first), "framing_invalid", "connect_failed")

    def test_a_header_bomb(self):
        # One kilobyte into the dynamic table, then a byte for each of its many repetitions (RFC 7541 §7.3).
        bomb = h2.response_head() + h2.field("bomb", "x" * 3900, first=0x40) + b"\xbe" * 16_000
        self.assertStopped(h2.frame(h2.HEADERS, h2.END_HEADERS, 1, bomb[:16384]) + h2.frame(h2.DATA, h2.END_STREAM, 1, ARTICLE),
                           "framing_invalid")

    def test_many_header_fields(self):
        many = h2.response_head() + h2.fields(*[(f"x{number}", "y" * 100) for number in range(4000)])
        pieces = [many[at:at + 16384] for at in range(0, len(many), 16384)]
        frames = h2.frame(h2.HEADERS, 0, 1, pieces[0]) + b"".join(h2.frame(h2.CONTINUATION, 0, 1, piece) for piece in pieces[1:-1])
        self.assertStopped(frames + h2.frame(h2.CONTINUATION, h2.END_HEADERS, 1, pieces[-1]) +
                           h2.frame(h2.DATA, h2.END_STREAM, 1, ARTICLE), "framing_invalid")

    def test_silence_after_the_handshake(self):
        self.assertStopped(lambda _, connection: connection.recv(1) and time.sleep(60), "timeout")


if __name__ == "__main__":
    unittest.main()
