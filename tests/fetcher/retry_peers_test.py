"""What is asked again, and when: servers that break off, ask for patience, or refuse.

usage: retry_peers_test.py BIN_FOLDER
"""

import email.utils
import socket
import struct
import time
import unittest

from door import ARTICLE, Case, whole


def sequence(*answers):
    """Each request is answered by the next; the last one for ever."""
    left = list(answers)

    def answer(request, connection):
        now = left.pop(0) if len(left) > 1 else left[0]
        if callable(now):
            return now(request, connection)
        connection.sendall(now)
    return answer


def reset(_, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def later(seconds, status=503):
    return whole(b"", f"Retry-After: {seconds}", status=status)


class Retries(Case):
    def asked(self, url):
        return len(self.web.requested(url[len(self.base):]))

    def assertTries(self, answer, reason, tries):
        url = self.serve(answer)
        reply = self.assertRefused(url, reason)
        self.assertEqual(self.asked(url), tries)
        return reply

    def test_a_connection_that_is_reset_before_the_answer_is_made_again(self):
        url = self.serve(sequence(reset, reset, whole(ARTICLE)))
        self.assertEqual(self.assertPage(url)["hops"], [url])
        self.assertEqual(self.asked(url), 3)

    def test_three_tries_are_all(self):
        self.assertTries(reset, "connect_failed", 3)

    def test_an_answer_that_breaks_off_is_not_asked_for_again(self):
        self.assertTries(whole(ARTICLE)[:-9], "framing_invalid", 1)
        self.assertTries(b"HTTP/1.1 200 OK\r\nConte", "framing_invalid", 1)

    def test_refusals_are_not_asked_for_again(self):
        self.assertTries(whole(b"%PDF-", kind="image/png"), "content_type_denied", 1)
        self.assertTries(whole(b"", status=404), "http_error", 1)
        self.assertTries(whole(b"", status=500), "http_error", 1)
        self.assertTries(whole(b"", status=503), "http_error", 1)

    def test_a_port_that_nobody_listens_on_is_tried_again(self):
        begun = time.monotonic()
        self.plain.close()
        self.assertRefused(f"http://plain.example.org:{self.plain.port}/", "connect_failed")
        self.assertGreater(time.monotonic() - begun, 0.37)  # robots.txt, three times


class Pauses(Case):
    """One host each: a pause is the whole host's."""

    def host(self, name, answer):
        path = f"/{name}"
        self.site.pages[path] = answer
        return self.url(f"{name}.example.org", path)

    def test_a_short_pause_is_kept_and_the_page_comes(self):
        passed = email.utils.formatdate(time.time() - 5, usegmt=True)
        for name, pause in (("docs", "1"), ("other", passed)):
            begun = time.monotonic()
            self.assertPage(self.host(name, sequence(later(pause, 429), whole(ARTICLE))))
            self.assertGreater(time.monotonic() - begun, 0.9, pause)

    def test_a_long_pause_is_told_and_kept_by_later_requests(self):
        url = self.host("pausing", sequence(later(900), whole(ARTICLE)))
        reply = self.assertRefused(url, "http_error")
        self.assertEqual((reply["http_status"], reply["retry_after"]), (503, 900))
        reply = self.assertRefused(url, "rate_limited")
        self.assertLessEqual(abs(reply["retry_after"] - 900), 2)
        self.assertEqual(len(self.web.requested("/pausing")), 1)

    def test_a_pause_of_years_is_a_day_to_the_caller(self):
        reply = self.assertRefused(self.host("years", later("Fri, 31 Dec 9999 23:59:59 GMT")), "http_error")
        self.assertEqual(reply["retry_after"], 86400)

    def test_robots_txt_keeps_the_pause_too(self):
        self.assertRefused(self.url("busy.example.org", "/page"), "robots_unavailable")
        self.assertEqual(len([r for r in self.web.requests if r.headers["host"].startswith("busy.")]), 1)


if __name__ == "__main__":
    unittest.main()
