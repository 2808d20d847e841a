"""Bodies, bombs, drips and silence: what a server may cost.

usage: limits_peers_test.py BIN_FOLDER
"""

import concurrent.futures
import gzip
import json
import time
import unittest

import peers
from door import ARTICLE, Case, UnixConnection, chunk, head, whole


class Sizes(Case):
    EXTRA = "transfer_timeout = \"20s\""

    def test_bodies_over_the_wire_limit(self):
        self.assertRefused(self.serve(head(200, "Content-Length: 10000000") + b"x" * 10_000_000), "body_too_large")

        def endless(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked"))
            while True:
                connection.sendall(chunk(b"word " * 20_000))
        reply = self.assertRefused(self.serve(endless), "body_too_large")
        self.assertLess(reply["wire_bytes"], 5 << 20)

    def test_bombs(self):
        self.assertRefused(self.serve(whole(gzip.compress(b"\n" * (15 << 20)), "Content-Encoding: gzip")), "body_too_large")
        twice = gzip.compress(gzip.compress(b" " * (200 << 20)))
        self.assertRefused(self.serve(whole(twice, "Content-Encoding: gzip, gzip")), "body_too_large")

        def nothing(_, connection):
            connection.sendall(head(200, "Content-Encoding: gzip", "Transfer-Encoding: chunked"))
            connection.sendall(chunk(gzip.compress(b"")[:10]))
            while True:  # stored blocks of no bytes: decodes to nothing for ever
                connection.sendall(chunk(b"\0\0\0\xff\xff" * 10_000))
        self.assertRefused(self.serve(nothing), "body_too_large")

    def test_pages_that_are_built_to_hurt_the_parser(self):
        self.assertRefused(self.serve(whole(b"<html><body>" + b"<span>" * 400_000)), "content_invalid")
        self.assertRefused(self.serve(whole(b"<html><body>" + b"<font><div>" * 60_000)), "content_invalid")
        self.assertPage(self.serve(whole(ARTICLE)))

    def trickle(self, body):
        """A server that sends `body` twice a second, without an end."""
        def serve(_, connection):
            connection.sendall(head(200, "Content-Length: 1000000"))
            while True:
                connection.sendall(body)
                time.sleep(0.5)
        return self.serve(serve)

    def test_silence_and_a_drip_end_by_their_speed(self):
        silence = self.serve(lambda _, connection: connection.recv(1))
        for url in (silence, self.trickle(b"x")):
            self.assertIn("too slow", self.assertRefused(url, "timeout")["message"])

    def test_a_trickle_that_is_fast_enough_ends_by_the_total_time(self):
        self.assertNotIn("too slow", self.assertRefused(self.trickle(b"x" * 2000), "timeout")["message"])


class Limits(Case):
    EXTRA = "worker_cpu_max = \"1s\"\nper_host_interval = \"400ms\"\nper_host_max = 1"

    def test_a_host_is_asked_at_its_interval(self):
        urls = [self.serve(whole(ARTICLE)) for _ in range(4)]
        self.assertPage(urls[0])  # and robots.txt
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self.fetcher.fetch, urls))
        self.assertGreaterEqual(time.monotonic() - begun, 1.2)

    def test_a_client_that_goes_takes_its_fetch_back(self):
        def silent(_, connection):
            try:
                connection.recv(1)
            finally:
                ended.append(True)
        ended = []
        url = self.serve(silent)
        client = UnixConnection(self.fetcher.socket)
        client.request("POST", "/fetch", json.dumps({"url": url, "provenance": "user"}))
        peers.wait_until(lambda: self.web.requested(url[len(self.base):]), "the request")
        client.close()
        peers.wait_until(lambda: ended and self.fetcher.status()["workers"] == 0, "the worker's end")
        self.assertEqual(self.fetcher.status()["cancelled"], 1)


if __name__ == "__main__":
    unittest.main()
