"""What the door refuses, by its own name.

usage: refusals_peers_test.py BIN_FOLDER
"""

import json
import unittest

from door import ARTICLE, Case, whole


class Refusals(Case):
    def test_urls_that_are_no_public_https_url(self):
        self.assertRefused("https://127.0.0.1/", "ip_literal")
        self.assertRefused("https://user@docs.example.org/", "userinfo")
        self.assertRefused("https://docs.example.org:1/", "port_denied")
        self.assertRefused("ftp://docs.example.org/", "scheme_denied")
        self.assertRefused("https://docs.example.org/" + "x" * 3000, "url_too_long")

    def test_a_request_without_provenance(self):
        status, text = self.fetcher.request("POST", "/fetch", json.dumps({"url": self.base}))
        self.assertEqual((status, json.loads(text)["reason"]), (200, "no_provenance"))

    def test_names_that_lead_inwards(self):
        for host in ("private", "metadata", "mixed", "six"):
            self.assertRefused(self.url(f"{host}.example.org"), "address_denied")
        self.assertRefused(self.url("crowded.example.org"), "too_many_addresses")
        self.assertRefused(self.url("absent.example.org"), "resolve_failed")

    def test_an_exception_is_for_its_port_alone(self):
        self.assertRefused("https://docs.example.org/", "address_denied")

    def test_redirects(self):
        def to(location):
            return self.serve(whole(b"", f"Location: {location}", status=302))
        self.assertRefused(to("https://127.0.0.1/"), "ip_literal")
        self.assertRefused(to(self.url("private.example.org")), "address_denied")
        self.assertRefused(to(f"http://plain.example.org:{self.plain.port}/"), "redirect_downgrade")
        self.assertRefused(to("file:///etc/passwd"), "scheme_denied")
        self.assertRefused(self.serve(whole(b"", status=302)), "redirect_invalid")
        self.assertRefused(self.serve(whole(b"", "Location: /a", "Location: /b", status=302)), "redirect_invalid")
        round_url = to("/")
        self.site.pages[round_url[len(self.base):]] = whole(b"", f"Location: {round_url}", status=302)
        self.assertEqual(len(self.assertRefused(round_url, "too_many_redirects")["hops"]), 6)

    def test_robots(self):
        self.assertRefused(self.url("closed.example.org", "/page"), "robots_denied")
        self.assertRefused(self.url("broken.example.org", "/page"), "robots_unavailable")
        self.assertRefused(self.url("picky.example.org", "/private/page"), "robots_denied")
        self.assertRefused(self.url("picky.example.org", "/public"), "http_error")
        self.assertEqual([r for r in self.web.requests if r.headers["host"].startswith("closed.") and r.target == "/page"], [])

    def test_certificates(self):
        self.assertRefused(self.url("wronghost.example.org"), "tls_failed")
        self.assertRefused(self.url("selfsigned.example.org"), "tls_failed")

    def test_statuses(self):
        self.assertEqual(self.assertRefused(self.serve(whole(b"", status=404)), "http_error")["http_status"], 404)
        self.assertRefused(self.serve(whole(b"", status=500)), "http_error")
        self.assertRefused(self.serve(whole(ARTICLE, status=206)), "http_error")

    def test_types(self):
        self.assertRefused(self.serve(whole(b"%PDF-1.7", kind="image/png")), "content_type_denied")
        self.assertRefused(self.serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "content_type_denied")
        self.assertRefused(self.serve(whole(b"%PDF-1.7 lies")), "content_mismatch")
        self.assertRefused(self.serve(whole(b"PK\x03\x04 lies", kind="text/plain")), "content_mismatch")

    def test_every_refusal_is_logged_on_one_line(self):
        self.assertRefused("https://127.0.0.1/logged\nreason=forged", "url_invalid")
        lines = [line for line in self.fetcher.log.read_text().splitlines() if "/logged" in line]
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], r'fetch outcome=refused reason=url_invalid provenance=user url="\S+" last_url="" status=0 bytes=0 '
                                   r'retry_after=0 trace_id=- detail="[^"]+"$')


if __name__ == "__main__":
    unittest.main()
