"""Servers that stall, lie about their certificate, or send what is built to cost: each ends by its name and in its time.

usage: hostile_peers_test.py BIN_FOLDER
"""

import ctypes
import ctypes.util
import gzip
import socket
import subprocess
import threading
import time
import unittest
import zlib

from door import ARTICLE, Case, chunk, head, whole


class Hostile(Case):
    EXTRA = "transfer_timeout = \"13s\"\nconnect_timeout = \"2s\""

    def assertEnds(self, url, reason):
        """Refused with that reason, so not by the request's time where that is another; good fetches go on."""
        reply = self.assertRefused(url, reason)
        self.assertPage(self.serve(whole(ARTICLE)))
        return reply


class StalledTls:
    """Takes connections and says nothing, or begins a handshake and stops."""

    def __init__(self, first=b""):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.held = []
        threading.Thread(target=self._accept, args=(first,), daemon=True).start()

    def _accept(self, first):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.sendall(first)
            self.held.append(connection)

    def close(self):
        self.listener.close()


class Slow(Hostile):
    @classmethod
    def more_servers(cls, folder, contexts):
        cls.silent = StalledTls()
        cls.stalled = StalledTls(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")  # the beginning of a ServerHello
        return [cls.silent, cls.stalled]

    def test_a_tls_handshake_that_stalls(self):
        for server in (self.silent, self.stalled):
            reply = self.assertEnds(f"https://docs.example.org:{server.port}/", "robots_unavailable")
            self.assertIn("timeout", reply["message"])

    def test_a_header_that_comes_a_byte_at_a_time(self):
        def drip(_, connection):
            for byte in head(200, "X: " + "x" * 10_000):
                connection.sendall(bytes([byte]))
                time.sleep(0.3)
        self.assertEnds(self.serve(drip), "timeout")

    def test_chunks_that_come_a_byte_at_a_time(self):
        def drip(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked"))
            while True:
                connection.sendall(chunk(b"x"))
                time.sleep(0.5)
        self.assertEnds(self.serve(drip), "timeout")

    def test_interim_responses_without_end(self):
        def endless(_, connection):
            while True:
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100)
        self.assertEnds(self.serve(endless), "framing_invalid")

    def test_trailers_without_end(self):
        def endless(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked") + chunk(ARTICLE) + b"0\r\n")
            while True:
                connection.sendall(b"X-Trailer: " + b"x" * 900 + b"\r\n")
        self.assertEnds(self.serve(endless), "framing_invalid")

    def test_chunk_extensions_without_end(self):
        def endless(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked") + b"5;")
            while True:
                connection.sendall(b"x" * 65536)
        reply = self.fetcher.fetch(self.serve(endless))
        self.assertIn(reply["reason"], ("framing_invalid", "body_too_large", "timeout"), reply)

    def test_eight_megabytes_of_headers(self):
        lines = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(8000))
        self.assertEnds(self.serve(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n"), "framing_invalid")


class Certificates(Hostile):
    def test_after_a_redirect_the_certificate_is_verified_too(self):
        for host in ("wronghost.example.org", "selfsigned.example.org", "expired.example.org"):
            start = self.serve(whole(b"", f"Location: {self.url(host)}", status=302))
            self.assertEqual(len(self.assertEnds(start, "tls_failed")["hops"]), 1)

    def test_one_that_has_expired(self):
        self.assertIn("expired", self.assertEnds(self.url("expired.example.org"), "tls_failed")["message"])


class Bombs(Hostile):
    def bomb(self, body, *codings):
        self.assertEnds(self.serve(whole(body, "Content-Encoding: " + ", ".join(codings))), "body_too_large")

    def test_gzip_and_deflate_once_twice_and_five_times(self):
        zeros = b"\0" * (100 << 20)
        packed = gzip.compress(zeros, 9)
        self.bomb(packed, "gzip")
        self.bomb(zlib.compress(zeros, 9), "deflate")
        for times in range(2, 6):
            packed = gzip.compress(packed, 9)
            self.bomb(packed, *["gzip"] * times)

    def test_six_codings_are_one_too_many(self):
        packed = ARTICLE
        for _ in range(6):
            packed = gzip.compress(packed)
        self.assertEnds(self.serve(whole(packed, "Content-Encoding: " + ", ".join(["gzip"] * 6))), "framing_invalid")

    def test_zstd(self):
        packed = subprocess.run(["zstd", "-19", "--stdout"], input=b" " * (100 << 20), capture_output=True, check=True).stdout
        self.bomb(packed, "zstd")
        wide = subprocess.run(["zstd", "--ultra", "-22", "--long=31", "--stdout"], input=b" " * (20 << 20), capture_output=True,
                              check=True).stdout
        reply = self.fetcher.fetch(self.serve(whole(wide, "Content-Encoding: zstd")))
        self.assertIn(reply["reason"], ("body_too_large", "framing_invalid"), reply)

    def test_brotli(self):
        encoder = ctypes.CDLL(ctypes.util.find_library("brotlienc") or "libbrotlienc.so.1")
        plain, packed = b" " * (100 << 20), ctypes.create_string_buffer(1 << 20)
        size = ctypes.c_size_t(len(packed))
        self.assertTrue(encoder.BrotliEncoderCompress(9, 24, 0, ctypes.c_size_t(len(plain)), plain, ctypes.byref(size), packed))
        self.bomb(packed.raw[:size.value], "br")


class Killers(Hostile):
    """Pages that end parsers without limits, and their kin."""

    def test_each_ends_by_its_name_and_in_its_time(self):
        for page in (b"<span>" * 400_000, b"<font><div>" * 60_000, b"<i>" * 300_000,
                     b"<div " + b" ".join(b"a%d=x" % number for number in range(200_000)) + b">",
                     b"<b><a>" * 100_000, b"<table>" * 150_000, b"<svg>" * 200_000, b"<p>" + b"<!--" * 500_000):
            reply = self.fetcher.fetch(self.serve(whole(b"<html><body>" + page)))
            self.assertIn(reply["reason"], ("content_invalid", "allowed"), (page[:20], reply))
        for page in (b"<span>" * 400_000, b"<font><div>" * 60_000, b"<i>" * 300_000):
            self.assertEnds(self.serve(whole(b"<html><body>" + page)), "content_invalid")


if __name__ == "__main__":
    unittest.main()
