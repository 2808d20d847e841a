"""What the door refuses, tried from outside; and what a user is told.

usage: refusal_test.py BIN_FOLDER
"""

import json

import case
import programs
from case import KESTREL, SITE, article


class Refusal(case.Case):
    def assertRefused(self, url, reason):
        reply = self.seekd.fetch(url)
        self.assertIn(reply["outcome"], ("refused", "failed"), reply)
        self.assertEqual(reply["reason"], reason, reply)
        self.assertTrue(reply["message"])
        self.assertEqual(self.seekd.page(url)[0], 404)

    def test_addresses_inside_are_refused_whatever_leads_there(self):
        self.assertRefused("https://inward.example.org/", "address_denied")
        self.assertRefused("https://metadata.example.org/latest/", "address_denied")
        self.assertRefused("https://private.example.org/", "address_denied")
        self.assertRefused("https://mixed.example.org/", "address_denied")
        self.assertRefused("https://alias.example.org/", "address_denied")  # a CNAME of vault.internal
        self.assertRefused(f"{SITE}/to-loopback", "address_denied")
        self.assertRefused(f"{SITE}/to-address", "ip_literal")
        self.assertRefused("https://127.0.0.1/", "ip_literal")
        self.assertRefused("https://2130706433/", "ip_literal")
        self.assertRefused("https://[::1]/", "ip_literal")
        self.assertRefused("https://localhost/", "special_name")

    def test_plain_http_is_refused(self):
        self.assertRefused("http://docs.example.org/long/page.html", "scheme_denied")
        self.assertRefused(f"{SITE}/to-http", "redirect_downgrade")

    def test_other_ports_are_refused(self):
        self.assertRefused("https://docs.example.org:8443/", "port_denied")

    def test_a_body_over_the_limit_is_refused(self):
        self.web.write("/long/large.html", article("Large", *["word " * 200_000] * 10))
        self.assertRefused(f"{SITE}/long/large.html", "body_too_large")

    def test_certificates_are_verified(self):
        self.assertRefused("https://wronghost.example.org/", "tls_failed")
        self.assertRefused("https://selfsigned.example.org/", "tls_failed")

    def test_robots_are_obeyed(self):
        self.assertRefused("https://closed.example.org/page.html", "robots_denied")

    def test_redirects_end(self):
        self.assertRefused(f"{SITE}/round", "too_many_redirects")
        self.web.write("/long/page.html", article("Kestrel", *KESTREL))
        followed = self.seekd.fetch(f"{SITE}/to-page")
        self.assertEqual(followed["outcome"], "page", followed)
        self.assertEqual(followed["final_url"], f"{SITE}/long/page.html")

    def test_what_is_no_page_is_refused(self):
        self.web.write("/long/paper.pdf", "%PDF-1.7")
        self.web.write("/long/lying.html", "%PDF-1.7\n" + "x" * 1000)
        self.web.write("/long/papers.zip", "PK")
        self.assertRefused(f"{SITE}/long/paper.pdf", "content_invalid")
        self.assertRefused(f"{SITE}/long/papers.zip", "content_type_denied")
        self.assertRefused(f"{SITE}/long/lying.html", "content_mismatch")
        self.assertRefused(f"{SITE}/broken", "http_error")
        self.assertRefused(f"{SITE}/absent.html", "http_error")

    def test_a_page_built_to_kill_the_parser_hurts_nobody(self):
        self.web.write("/long/deep.html", "<html><body>" + "<span>" * 400_000)
        self.web.write("/long/font.html", "<html><body>" + "<font><div>" * 60_000)
        self.assertRefused(f"{SITE}/long/deep.html", "content_invalid")
        self.assertRefused(f"{SITE}/long/font.html", "content_invalid")

    def test_a_refused_page_leaves_an_answer_that_says_so(self):
        reply = self.answer("What does https://inward.example.org/ say about Kestrel?")
        notice = next(notice for notice in reply["notices"] if notice["code"] == "address_denied")
        self.assertEqual(notice["url"], "https://inward.example.org/")
        message = reply["choices"][0]["message"]
        self.assertIn("inward.example.org", message["content"])
        self.assertEqual(message["annotations"], [])
        self.assertEqual(reply["citations"], [])

    def test_a_stored_copy_serves_when_the_page_cannot_be_read_again(self):
        url = f"{SITE}/short/leaving.html"
        self.web.write("/short/leaving.html", article("Kestrel", *KESTREL))
        self.seekd.fetch(url)
        (self.web.root / "short/leaving.html").unlink()
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url], max_age=0)
        source, _ = self.assertCited(reply, url)
        self.assertEqual(source["snapshot"]["state"], "stale")
        self.assertIn("http_error", [notice["code"] for notice in reply["notices"]])

    def test_every_refusal_is_logged_with_its_reason(self):
        self.seekd.fetch("https://private.example.org/logged")
        line = next(line for line in self.seekd.log("seekd-fetcher").splitlines() if "/logged" in line)
        self.assertIn("address_denied", line)


class BadRequests(case.Case):
    def assertBad(self, body, status, param):
        found, _, reply = programs.request(self.seekd.socket, "POST", "/v1/chat/completions", body)
        self.assertEqual(found, status, reply)
        self.assertEqual(set(reply), {"error"})
        self.assertTrue(reply["error"]["message"])
        self.assertEqual(reply["error"]["param"], param, reply)

    def test_bad_requests_get_an_error_that_names_the_field(self):
        ask = {"messages": [{"role": "user", "content": "Hello"}]}
        self.assertBad("{", 400, None)
        self.assertBad("[" * 100_000, 400, None)
        self.assertBad([], 400, None)
        self.assertBad({}, 400, "messages")
        self.assertBad({"messages": "Hello"}, 400, "messages")
        self.assertBad({"messages": []}, 400, "messages")
        self.assertBad(ask | {"model": "gpt-9"}, 404, "model")
        self.assertBad(ask | {"temperature": "hot"}, 400, "temperature")
        self.assertBad(ask | {"temperature": -1}, 400, "temperature")
        self.assertBad(ask | {"top_p": 2}, 400, "top_p")
        self.assertBad(ask | {"max_tokens": 0}, 400, "max_tokens")
        self.assertBad(ask | {"n": 2}, 400, "n")
        self.assertBad(ask | {"functions": []}, 400, "functions")
        self.assertBad(ask | {"max_age": "1d"}, 400, "max_age")
        self.assertBad(ask | {"unheard_of": 1}, 400, "unheard_of")
        self.assertBad({"messages": [{"role": "user", "content": "word " * 20_000}]}, 400, "messages")

    def test_a_body_over_the_limit_is_refused(self):
        found, _, reply = programs.request(self.seekd.socket, "POST", "/v1/chat/completions", "x" * (1 << 21))
        self.assertEqual(found, 413, reply)

    def test_unknown_places_and_methods(self):
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/nowhere")[0], 404)
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/v1/chat/completions")[0], 405)

    def test_the_daemon_is_well_after_them(self):
        status, _, reply = programs.request(self.seekd.socket, "GET", "/health")
        self.assertEqual((status, json.dumps(reply)), (200, '{"status": "ok"}'))


if __name__ == "__main__":
    case.main()
