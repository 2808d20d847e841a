"""seekd-fetcher asks search providers: what each answers, in results and in failures, and where a query may go.

usage: search_peers_test.py BIN_FOLDER
"""

import json
import os
import unittest
import urllib.parse

from door import Case, head, whole

JSON = "application/json"
KEY = "key-3f9a77"

CAPTCHA = b"<!doctype html><html><body><form>Please show you are not a robot: <div class=g-recaptcha></div></form></body></html>"
FORBIDDEN = b"<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1>"


def answer(value, *fields, status=200):
    return whole(json.dumps(value).encode(), *fields, status=status, kind=JSON)


def searx_result(number, **fields):
    return {"url": f"https://docs.example.org/page-{number}", "title": f"Page {number}", "content": f"About {number}",
            "publishedDate": None, **fields}


PROVIDERS = """
[[search.provider]]
name = "searx"
kind = "searxng"
url = "http://plain.example.org:{plain}/search"
results_max = 5

[[search.provider]]
name = "brave"
kind = "brave"
url = "https://docs.example.org:{web}/res/v1/web/search"
key_file = "{folder}/brave.key"

[[search.provider]]
name = "wiki"
kind = "mediawiki"
url = "https://docs.example.org:{web}/w/api.php"

[[search.provider]]
name = "described"
kind = "opensearch"
url = "https://docs.example.org:{web}/opensearch.xml"

[[search.provider]]
name = "feed"
kind = "opensearch"
url = "https://docs.example.org:{web}/feed?q={{searchTerms}}&n={{count?}}&hl={{language?}}&x={{moz:unknown?}}"

[[search.provider]]
name = "hits"
kind = "custom"
url = "https://docs.example.org:{web}/api?q={{query}}&n={{count}}&l={{language}}&from={{after}}"
results = "/data/hits"
result_url = "/link"
result_title = "/name"
result_snippet = "/text/0"
result_published = "/when"

[[search.provider]]
name = "html"
kind = "custom"
url = "https://docs.example.org:{web}/find/{{query}}"
results = "ol#results li.hit"
result_url = "a.title@href"
result_title = "a.title"
result_snippet = "p"

[[search.provider]]
name = "slow"
kind = "searxng"
url = "https://docs.example.org:{web}/slow"
timeout = "5s"

[[search.provider]]
name = "pausing"
kind = "searxng"
url = "https://pausing.example.org:{web}/search"
"""


class Pages(dict):
    """By the beginning of a path, whatever the query."""

    def get(self, target, default=None):
        return next((page for start, page in self.items() if target.split("?")[0].startswith(start)), default)


class Searching(Case):
    @classmethod
    def more_servers(cls, folder, contexts):
        cls.site.pages = Pages()
        (folder / "brave.key").write_text(KEY + "\n")
        os.chmod(folder / "brave.key", 0o600)
        (folder / "seekd.toml.d").mkdir()
        (folder / "seekd.toml.d" / "search.toml").write_text(
            PROVIDERS.format(plain=cls.plain.port, web=cls.web.port, folder=folder))
        return []

    def setUp(self):
        self.site.pages.clear()
        self.asked = []
        self.web.requests.clear()
        self.plain.requests.clear()

    def serve_at(self, path, page):
        """Whatever the query, and keeps what was asked."""
        def reply(request, connection):
            self.asked.append(request)
            connection.sendall(page)
        self.site.pages[path] = reply

    def search(self, provider, text="kestrel release", **fields):
        """(verdict, content or None)"""
        status, lines = self.fetcher.request("POST", "/search", json.dumps({"provider": provider, "text": text, **fields}))
        self.assertEqual(status, 200, lines)
        verdict, _, content = lines.partition("\n")
        return json.loads(verdict), json.loads(content) if content else None

    def found(self, provider, *arguments, **fields):
        verdict, content = self.search(provider, *arguments, **fields)
        self.assertEqual((verdict["outcome"], verdict["reason"]), ("answered", "allowed"), verdict)
        self.assertEqual(content["failure"], "none", content)
        return content.get("hits", [])

    def failure(self, provider, *arguments, **fields):
        verdict, content = self.search(provider, *arguments, **fields)
        self.assertEqual(verdict["outcome"], "answered", verdict)
        self.assertNotIn("hits", content)
        self.assertTrue(content["message"])
        return content["failure"], content["message"]

    def parameters(self):
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.asked[-1].target).query, keep_blank_values=True)


class SearxngTest(Searching):
    def test_results_are_read_in_their_order(self):
        self.serve_at("/search", answer({"results": [
            searx_result(1, publishedDate="2026-03-01T12:00:00"), searx_result(2, content="<b>bold</b> &amp; so on")]}))
        hits = self.found("searx", "kestrel & <release> 发布")
        self.assertEqual([hit["url"] for hit in hits], ["https://docs.example.org/page-1", "https://docs.example.org/page-2"])
        self.assertEqual(hits[0]["published"], "2026-03-01T12:00:00Z")
        self.assertEqual(hits[1]["snippet"], "bold & so on")
        self.assertEqual(self.parameters()["q"], ["kestrel & <release> 发布"])
        self.assertEqual(self.parameters()["format"], ["json"])

    def test_robots_txt_is_not_asked(self):
        self.serve_at("/search", answer({"results": []}))
        self.assertEqual(self.found("searx"), [])
        self.assertEqual([request.target.split("?")[0] for request in self.plain.requests], ["/search"])

    def test_recency_is_a_time_range(self):
        self.serve_at("/search", answer({"results": []}))
        self.found("searx", recency="week", language="zh")
        self.assertEqual(self.parameters()["time_range"], ["week"])
        self.assertEqual(self.parameters()["language"], ["zh"])

    def test_engines_that_do_not_answer_are_told_apart_from_nothing_found(self):
        for engines, failure in (([["google", "CAPTCHA"]], "captcha"),
                                 ([["google", "Suspended: CAPTCHA"], ["bing", "Suspended: access denied"]], "suspended"),
                                 ([["duckduckgo", "too many requests"]], "rate_limited"),
                                 ([["bing", "timeout"]], "suspended")):
            with self.subTest(engines=engines):
                self.serve_at("/search", answer({"results": [], "unresponsive_engines": engines}))
                self.assertEqual(self.failure("searx")[0], failure)

    def test_results_beside_silent_engines_are_results(self):
        self.serve_at("/search", answer({"results": [searx_result(1)], "unresponsive_engines": [["google", "CAPTCHA"]]}))
        verdict, content = self.search("searx")
        self.assertEqual((len(content["hits"]), content["silent"]), (1, ["google: CAPTCHA"]))

    def test_a_format_that_is_not_enabled_is_refused_with_the_remedy(self):
        self.serve_at("/search", whole(FORBIDDEN, status=403))
        failure, message = self.failure("searx")
        self.assertEqual(failure, "refused")
        self.assertIn("json among search.formats", message)

    def test_a_page_in_the_place_of_json_is_malformed(self):
        self.serve_at("/search", whole(b"<!doctype html><title>Results</title>"))
        failure, message = self.failure("searx")
        self.assertEqual(failure, "malformed")
        self.assertIn("json among search.formats", message)

    def test_a_captcha_is_told_whatever_its_status(self):
        for status in (200, 403, 429, 503):
            with self.subTest(status=status):
                self.serve_at("/search", whole(CAPTCHA, status=status))
                self.assertEqual(self.failure("searx")[0], "captcha")

    def test_a_pause_that_is_asked_for_comes_along(self):
        self.serve_at("/search", whole(b"slow down", "Retry-After: 4000", status=429, kind="text/plain"))
        verdict, content = self.search("pausing")
        self.assertEqual((content["failure"], verdict["retry_after"]), ("rate_limited", 4000))

    def test_a_server_that_is_down_has_not_answered(self):
        self.serve_at("/search", whole(b"<h1>Bad gateway</h1>", status=502))
        verdict, content = self.search("searx")
        self.assertEqual((verdict["outcome"], verdict["reason"], content), ("failed", "http_error", None))

    def test_a_provider_that_keeps_us_waiting_is_left(self):
        self.site.pages["/slow"] = lambda request, connection: connection.recv(1)
        verdict, content = self.search("slow")
        self.assertEqual((verdict["outcome"], verdict["reason"]), ("failed", "timeout"), verdict)
        self.assertIsNone(content)


class HostileTest(Searching):
    def hits_of(self, body):
        self.serve_at("/search", whole(body, kind=JSON))
        return self.search("searx")

    def test_a_million_of_nested_lists_are_malformed(self):
        for opening in (b"[", b'{"results":'):
            with self.subTest(opening=opening):
                verdict, content = self.hits_of(b'{"results":' + opening * (10**6 if opening == b"[" else 10**5))
                self.assertEqual(content["failure"], "malformed")

    def test_a_text_of_megabytes_is_cut_and_the_others_stay(self):
        long = "x" * 1_000_000
        verdict, content = self.hits_of(json.dumps({"results": [
            searx_result(1, title=long, content=long), searx_result(2, url="https://docs.example.org/" + long),
            searx_result(3)]}).encode())
        self.assertEqual([hit["url"][-1] for hit in content["hits"]], ["1", "3"])
        self.assertLessEqual(len(content["hits"][0]["title"]), 512)
        self.assertLessEqual(len(content["hits"][0]["snippet"]), 2048)

    def test_what_is_of_another_type_is_left_out(self):
        verdict, content = self.hits_of(json.dumps({"results": [
            7, None, [], {"url": 7}, {"url": {"a": 1}}, {"title": "no url"}, searx_result(1, title=["a"], content={"b": 1})]}).encode())
        self.assertEqual(content["hits"], [{"url": "https://docs.example.org/page-1"}])
        for results in (7, {"a": 1}, None, "x"):
            self.assertEqual(self.hits_of(json.dumps({"results": results}).encode())[1]["failure"], "malformed")

    def test_of_a_name_that_stands_twice_one_value_is_taken(self):
        verdict, content = self.hits_of(
            b'{"results": [], "results": [{"url": "https://a.example.org/", "url": "https://b.example.org/"}]}')
        self.assertEqual(len(content["hits"]), 1)

    def test_urls_of_no_web_page_do_not_cross(self):
        bad = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://docs.example.org/", "mailto:a@example.org",
               "https://user:secret@docs.example.org/", "https://docs.example.org\\@evil.example/", "https://a b/", "",
               "https://%31%32.example.org/"]
        verdict, content = self.hits_of(json.dumps({"results": [{"url": url} for url in bad] + [searx_result(1)]}).encode())
        self.assertEqual([hit["url"] for hit in content["hits"]], ["https://docs.example.org/page-1"])

    def test_a_private_address_in_a_result_is_refused_by_the_door(self):
        verdict, content = self.hits_of(json.dumps({"results": [{"url": "https://metadata.example.org/latest/"}]}).encode())
        reply = self.fetcher.fetch(content["hits"][0]["url"], provenance="search_result")
        self.assertEqual((reply["outcome"], reply["reason"]), ("refused", "address_denied"))

    def test_text_that_is_hidden_or_turns_the_line_is_left_out(self):
        verdict, content = self.hits_of(json.dumps({"results": [
            searx_result(1, title="one\u202e two\u200b\nthree", content="<span style='display:none'>obey</span> <p>seen</p>")]}).encode())
        self.assertEqual(content["hits"][0]["title"], "one two three")
        self.assertEqual(content["hits"][0]["snippet"], "seen")

    def test_no_more_results_cross_than_were_asked_for(self):
        verdict, content = self.hits_of(json.dumps({"results": [searx_result(n) for n in range(1000)]}).encode())
        self.assertEqual(len(content["hits"]), 5)

    def test_what_is_no_json_is_malformed(self):
        for body in (b"", b"\xff\xfe\x00", b"null", b"[]", b"\"results\"", b'{"results": [', b'{"results": []} trailing'):
            with self.subTest(body=body):
                self.assertEqual(self.hits_of(body)[1]["failure"], "malformed")


class BraveTest(Searching):
    def test_the_key_goes_with_the_question_and_is_seen_nowhere_else(self):
        self.serve_at("/res", answer({"type": "search", "web": {"results": [
            {"url": "https://docs.example.org/a", "title": "A", "description": "<strong>Kestrel</strong> is", "page_age": "2026-02-03T04:05:06"}]},
            "news": {"results": [{"url": "https://docs.example.org/b", "title": "B"}]}}))
        hits = self.found("brave", language="en", after=1767225600, before=1772323200, recency="month")
        self.assertEqual([hit["url"][-1] for hit in hits], ["a", "b"])
        self.assertEqual(hits[0]["snippet"], "Kestrel is")
        self.assertEqual(self.asked[-1].headers["x-subscription-token"], KEY)
        self.assertEqual(self.parameters()["freshness"], ["2026-01-01to2026-03-01"])
        self.assertNotIn(KEY, self.fetcher.log.read_text() + json.dumps(self.fetcher.status()))
        self.assertNotIn("kestrel", self.fetcher.log.read_text())

    def test_a_key_goes_to_no_other_provider(self):
        self.serve_at("/w/", answer({"query": {"search": []}}))
        self.found("wiki")
        self.assertNotIn("x-subscription-token", self.asked[-1].headers)

    def test_errors_are_told_apart(self):
        for status, code, failure in ((422, "SUBSCRIPTION_TOKEN_INVALID", "refused"), (429, "RATE_LIMITED", "rate_limited"),
                                      (429, "QUOTA_LIMITED", "rate_limited"), (403, "OPTION_NOT_IN_PLAN", "refused")):
            with self.subTest(code=code):
                self.serve_at("/res", answer({"type": "ErrorResponse", "error": {"code": code, "detail": "says why", "status": status}},
                                             status=status))
                self.assertEqual(self.failure("brave"), (failure, f"{code}: says why"))

    def test_nothing_found_is_no_failure(self):
        self.serve_at("/res", answer({"type": "search", "query": {"original": "x"}}))
        self.assertEqual(self.found("brave"), [])


class MediawikiTest(Searching):
    def test_titles_become_urls_by_what_the_wiki_says_of_itself(self):
        self.serve_at("/w/", answer({"query": {
            "general": {"server": "//docs.example.org", "articlepath": "/wiki/$1"},
            "search": [{"ns": 0, "title": "Kestrel (broker)", "snippet": 'The <span class="searchmatch">Kestrel</span> broker',
                        "timestamp": "2026-05-04T03:02:01Z"}, {"ns": 0, "title": "红隼?"}]}}))
        hits = self.found("wiki")
        self.assertEqual(hits[0], {"url": "https://docs.example.org/wiki/Kestrel_(broker)", "title": "Kestrel (broker)",
                                   "snippet": "The Kestrel broker", "published": "2026-05-04T03:02:01Z"})
        self.assertEqual(hits[1]["url"], "https://docs.example.org/wiki/%E7%BA%A2%E9%9A%BC%3F")

    def test_errors_come_with_status_200(self):
        for code, failure in (("maxlag", "rate_limited"), ("ratelimited", "rate_limited"), ("readapidenied", "refused")):
            with self.subTest(code=code):
                self.serve_at("/w/", answer({"error": {"code": code, "info": "says why"}}, "Retry-After: 5"))
                self.assertEqual(self.failure("wiki"), (failure, f"{code}: says why"))


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Results</title>
<item><title>First &amp; best</title><link>https://docs.example.org/first</link><description>&lt;b&gt;Kestrel&lt;/b&gt; first</description>
<pubDate>Tue, 03 Mar 2026 04:05:06 GMT</pubDate></item>
<item><title>Second</title><link>/second</link></item></channel></rss>""".encode()


def description(*urls):
    inner = "".join(f'<Url type="{kind}" rel="{rel}" template="{template}"/>' for kind, rel, template in urls)
    return whole(f'<?xml version="1.0"?><OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
                 f"<ShortName>Docs</ShortName>{inner}</OpenSearchDescription>".encode(), kind="application/opensearchdescription+xml")


class OpenSearchTest(Searching):
    def test_a_description_leads_to_its_feed_of_results(self):
        base = f"https://docs.example.org:{self.web.port}"
        self.serve_at("/opensearch.xml", description(("text/html", "results", f"{base}/html?q={{searchTerms}}"),
                                                     ("application/rss+xml", "results", f"{base}/rss?q={{searchTerms}}&amp;p={{startPage?}}")))
        self.serve_at("/rss", whole(RSS, kind="application/rss+xml"))
        hits = self.found("described")
        self.assertEqual(self.parameters(), {"q": ["kestrel release"], "p": ["1"]})
        self.assertEqual(hits[0], {"url": "https://docs.example.org/first", "title": "First & best", "snippet": "Kestrel first",
                                   "published": "2026-03-03T04:05:06Z"})
        self.assertEqual(hits[1]["url"], base + "/second")

    def test_a_description_cannot_send_the_query_elsewhere(self):
        for template in (f"https://other.example.org:{self.web.port}/rss?q={{searchTerms}}", "https://{searchTerms}.example.org/",
                         "https://docs.example.org/rss?q={searchTerms}", f"http://docs.example.org:{self.web.port}/?q={{searchTerms}}"):
            with self.subTest(template=template):
                self.serve_at("/opensearch.xml", description(("application/rss+xml", "results", template)))
                verdict, content = self.search("described")
                self.assertEqual(verdict["outcome"], "refused", verdict)
                self.assertEqual([request.target for request in self.web.requests if "kestrel" in request.target], [])

    def test_results_as_html_alone_are_refused_with_the_remedy(self):
        self.serve_at("/opensearch.xml", description(("text/html", "results", "https://docs.example.org/?q={searchTerms}")))
        failure, message = self.failure("described")
        self.assertEqual(failure, "refused")
        self.assertIn("kind custom", message)

    def test_a_template_is_filled(self):
        self.serve_at("/feed", whole(RSS, kind="application/rss+xml"))
        self.assertEqual(len(self.found("feed", "a&b=c#d", language="en")), 2)
        self.assertEqual(self.parameters(), {"q": ["a&b=c#d"], "n": ["10"], "hl": ["en"], "x": [""]})

    def test_what_is_no_feed_is_malformed(self):
        self.serve_at("/feed", whole(b"<!doctype html><title>No results</title>"))
        self.assertEqual(self.failure("feed")[0], "malformed")


class CustomTest(Searching):
    def test_json_is_read_at_the_places_that_are_named(self):
        self.serve_at("/api", answer({"data": {"hits": [
            {"link": "/one", "name": "One", "text": ["about one"], "when": "2026-01-02"}, {"name": "without a link"}]}}))
        hits = self.found("hits", after=1767225600)
        self.assertEqual(hits, [{"url": f"https://docs.example.org:{self.web.port}/one", "title": "One", "snippet": "about one",
                                 "published": "2026-01-02"}])
        self.assertEqual(self.parameters()["from"], ["2026-01-01"])

    def test_html_is_read_by_selectors(self):
        self.serve_at("/find", whole(b"<ol id=results><li class='hit x'><a class=title href='/one?a=1&amp;b=2'>One <b>more</b></a><p>About one</p>"
                                     b"<li class=hit><p>No link</p><li class=ad><a class=title href=/ad>Ad</a></ol>"
                                     b"<ol><li class=hit><a class=title href=/else>Else</a></ol>"))
        hits = self.found("html", "a/b c")
        self.assertEqual(hits, [{"url": f"https://docs.example.org:{self.web.port}/one?a=1&b=2", "title": "One more", "snippet": "About one"}])
        self.assertEqual(self.asked[-1].target, "/find/a%2Fb%20c")

    def test_a_captcha_in_html_is_told(self):
        self.serve_at("/find", whole(CAPTCHA))
        self.assertEqual(self.failure("html")[0], "captcha")

    def test_a_list_that_is_not_there_is_malformed(self):
        self.serve_at("/api", answer({"hits": []}))
        self.assertEqual(self.failure("hits")[0], "malformed")


class WhereAQueryGoesTest(Searching):
    def test_a_redirect_to_another_host_is_refused(self):
        for target in (f"https://other.example.org:{self.web.port}/?q=kestrel", "https://docs.example.org/"):
            self.serve_at("/res", head(302, f"Location: {target}", "Content-Length: 0"))
            verdict, content = self.search("brave")
            self.assertEqual((verdict["outcome"], verdict["reason"] in ("host_not_allowed", "port_denied")), ("refused", True), verdict)
        self.assertEqual([request.headers["host"] for request in self.web.requests if request.headers["host"].startswith("other")], [])

    def test_a_redirect_within_the_host_is_followed(self):
        self.serve_at("/res", head(301, "Location: /moved", "Content-Length: 0"))
        self.serve_at("/moved", answer({"type": "search"}))
        self.assertEqual(self.found("brave"), [])

    def test_a_provider_that_is_not_configured_is_not_asked(self):
        verdict, content = self.search("nobody")
        self.assertEqual((verdict["outcome"], verdict["reason"]), ("refused", "host_not_allowed"))

    def test_a_page_cannot_be_asked_for_as_a_search(self):
        status, text = self.fetcher.request("POST", "/fetch", json.dumps({"url": self.base, "provenance": "search_query"}))
        self.assertEqual(status, 400, text)

    def test_a_request_that_is_wrong_is_refused(self):
        for body in ("", "[]", "{}", '{"provider": "searx"}', '{"provider": "searx", "text": ""}', '{"provider": "searx", "text": "a", "x": 1}',
                     json.dumps({"provider": "searx", "text": "a" * 1025}), '{"provider": "searx", "text": "a", "recency": "decade"}',
                     '{"provider": "searx", "text": 7}'):
            with self.subTest(body=body):
                self.assertEqual(self.fetcher.request("POST", "/search", body)[0], 400)
        self.assertEqual(self.fetcher.request("GET", "/search")[0], 405)

    def test_each_search_is_a_line_of_the_log(self):
        self.serve_at("/res", answer({"type": "search"}))
        self.found("brave")
        self.assertIn("search outcome=answered reason=allowed provenance=search_query provider=brave status=200", self.fetcher.log.read_text())


if __name__ == "__main__":
    unittest.main()
