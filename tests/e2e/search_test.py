"""Pages that nobody named are found through a real searx, and through a wiki where that fails; then read and cited.

usage: search_test.py BIN_FOLDER
"""

import json
import os
import pathlib
import subprocess
import sys
import urllib.parse
import urllib.request

import case
import network
import programs

SEARX_PORT, CORPUS_PORT = 8888, 8080
HERE = pathlib.Path(__file__).parent

SEARX = f"""
general: {{debug: false, instance_name: corpus, contact_url: false, enable_stats: false}}
brand: {{git_url: "", git_branch: "", issue_url: "", docs_url: "", public_instances: "", wiki_url: "", twitter_url: ""}}
search: {{safe_search: 0, autocomplete: "", default_lang: "", ban_time_on_fail: 0, max_ban_time_on_fail: 0,
         prefer_configured_language: false}}
server: {{port: {SEARX_PORT}, bind_address: 127.0.0.1, secret_key: "of-the-tests", base_url: false, image_proxy: false,
         http_protocol_version: "1.0", method: GET, default_http_headers: {{}}}}
ui: {{static_path: /usr/share/python3-searx/static, templates_path: /usr/share/python3-searx/templates,
     default_theme: oscar, default_locale: en, theme_args: {{oscar_style: logicodev}}, results_on_new_tab: false}}
outgoing: {{request_timeout: 20.0, useragent_suffix: "", pool_connections: 10, pool_maxsize: 10}}
locales: {{en: English}}
doi_resolvers: {{doi.org: "https://doi.org/"}}
default_doi_resolver: doi.org
enabled_plugins: []
engines:
  - {{name: corpus, engine: json_engine, shortcut: co, categories: general, timeout: 20.0, enable_http: true,
     search_url: "http://{network.WEB}:{CORPUS_PORT}/search?q={{query}}", results_query: hits, url_query: link,
     title_query: name, content_query: text}}
"""

CONFIG = f"""
[[egress.exception]]
address = "127.0.0.1"
port = {SEARX_PORT}
reason = "the tests' own searx"
[[egress.exception]]
address = "{network.WEB}"
port = {CORPUS_PORT}
reason = "the tests' own wiki"
[[search.provider]]
name = "searx"
kind = "searxng"
url = "http://searx.internal:{SEARX_PORT}/search"
timeout = "60s"
[[search.provider]]
name = "wiki"
kind = "mediawiki"
url = "http://wiki.example.org:{CORPUS_PORT}/w/api.php"
timeout = "60s"
[search]
deadline = "2m"
"""

PAGES = {"kestrel": ("Kestrel", case.KESTREL),
         "osprey": ("Osprey", ["Osprey is a calendar server. It is written in Rust and stores its events in plain files.",
                               "Osprey 1.9 was released on 2 February 2026. It is the last release that supports version 1 of its protocol."])}


class Internet(network.Internet):
    more_answers = ["--host-record=searx.internal,127.0.0.1"]

    def __init__(self, folder):
        super().__init__(folder)
        for name, (title, paragraphs) in PAGES.items():
            self.write(f"/long/{name}.html", case.article(title, *paragraphs))
        (self.folder / "corpus.json").write_text(json.dumps(
            [{"url": f"{case.SITE}/long/{name}.html", "title": title, "text": " ".join(paragraphs)}
             for name, (title, paragraphs) in PAGES.items()]))
        self.processes.append(subprocess.Popen(
            self._far(sys.executable, HERE / "corpus_server.py", network.WEB, CORPUS_PORT, self.folder)))
        (self.folder / "searx.yml").write_text(SEARX)
        with open(self.folder / "searx.log", "w") as log:
            self.processes.append(subprocess.Popen(
                ["/usr/bin/searx-run"], stdout=log, stderr=log,
                env=dict(os.environ, SEARX_SETTINGS_PATH=str(self.folder / "searx.yml"))))
        network.wait_until(lambda: self._searx_finds("kestrel"), "searx", 180)

    def _searx_finds(self, query):
        try:
            url = f"http://127.0.0.1:{SEARX_PORT}/search?format=json&q={query}"
            with urllib.request.urlopen(url, timeout=30) as reply:
                return json.load(reply)["results"]
        except OSError:
            return False

    def engine_wants_a_person(self):
        """From now on."""
        (self.folder / "captcha").touch()

    def queries(self):
        log = self.folder / "queries.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


class SearchTest(case.Case):
    extra_config = CONFIG
    internet = Internet

    def search(self, query):
        status, _, found = programs.request(self.seekd.socket, "POST", "/seekd/v1/search/web", {"query": query}, timeout=180)
        self.assertEqual(status, 200, found)
        return found

    def test_1_a_real_searx_is_asked_through_the_door(self):
        found = self.search("Kestrel quorum queues")
        self.assertEqual(found["results"][0]["url"], f"{case.SITE}/long/kestrel.html")
        self.assertEqual((found["results"][0]["provider"], found["results"][0]["provenance"]), ("searx", "search_result"))
        self.assertEqual(found["notices"], [])
        self.assertEqual(found["outcomes"][0]["state"], "results")

    def test_1_a_client_of_searxng_finds_through_seekd_what_searx_knows(self):
        query = urllib.parse.urlencode({"q": "Kestrel quorum queues", "format": "json", "pageno": 1, "safesearch": "1",
                                        "language": "all", "time_range": "", "categories": "general", "theme": "simple",
                                        "image_proxy": 0, "engines": "google,bing,duckduckgo"})
        status, _, found = programs.request(self.seekd.socket, "GET", f"/search?{query}", timeout=180)
        self.assertEqual(status, 200, found)
        best = max(found["results"], key=lambda result: result["score"])
        self.assertEqual((best["url"], best["engines"]), (f"{case.SITE}/long/kestrel.html", ["searx"]))
        self.assertEqual(found["unresponsive_engines"], [])

    def test_1_ollamas_tools_search_and_fetch(self):
        status, _, found = programs.request(self.seekd.socket, "POST", "/api/web_search",
                                            {"query": "Kestrel quorum queues", "max_results": 3}, timeout=180)
        self.assertEqual(status, 200, found)
        status, _, page = programs.request(self.seekd.socket, "POST", "/api/web_fetch", {"url": found["results"][0]["url"]}, timeout=180)
        self.assertEqual(status, 200, page)
        self.assertIn("The default port of Kestrel is 7311.", page["content"])
        status, _, refused = programs.request(self.seekd.socket, "POST", "/api/web_fetch", {"url": "https://127.0.0.1/"}, timeout=180)
        self.assertEqual((status, refused["error"]["code"]), (403, "url_not_allowed"))

    def test_2_nothing_found_is_no_failure(self):
        found = self.search("zymurgy")
        self.assertEqual(found["results"], [])
        self.assertEqual([notice["code"] for notice in found["notices"]], ["nothing_found"])
        self.assertEqual({outcome["state"] for outcome in found["outcomes"]}, {"nothing_found"})

    def test_3_private_data_does_not_leave(self):
        found = self.search("Kestrel invoice of jane.doe@example.org paid with 4111 1111 1111 1111")
        self.assertIn("private_data_masked", [notice["code"] for notice in found["notices"]])
        asked = "\n".join(self.web.queries())
        self.assertIn("invoice", asked)
        self.assertNotIn("jane", asked)
        self.assertNotIn("4111", asked)

    def test_4_where_searx_meets_a_captcha_the_wiki_is_asked_and_the_failure_told(self):
        self.web.engine_wants_a_person()
        found = self.search("Kestrel default port")
        self.assertEqual(found["results"][0]["url"], f"{case.SITE}/long/kestrel.html")
        self.assertEqual(found["results"][0]["provider"], "wiki")
        notice = next(notice for notice in found["notices"] if notice["code"].startswith("provider_"))
        self.assertEqual(notice["code"], "provider_captcha")
        self.assertIn("CAPTCHA required", notice["message"])
        again = self.search("Kestrel default port")
        self.assertEqual([outcome["state"] for outcome in again["outcomes"]], ["backing_off", "results"])
        metrics = self.seekd.metrics()
        self.assertGreaterEqual(metrics["seekd_search_queries_total"][(("provider", "searx"), ("state", "captcha"))], 1)
        self.assertGreaterEqual(metrics["seekd_search_queries_total"][(("provider", "wiki"), ("state", "results"))], 2)

    def test_5_seekctl_prints_what_was_found_and_who_was_asked(self):
        done = self.seekd.ctl("search", "--web", "Kestrel quorum queues")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{case.SITE}/long/kestrel.html", done.stdout)
        self.assertIn("by wiki", done.stdout)
        self.assertIn("provider_backing_off: searx is not asked", done.stderr)
        self.assertIn("PAUSED", self.seekd.ctl("status").stdout)

    def test_6_no_query_is_in_the_log_of_the_fetcher(self):
        self.assertIn("search outcome=answered", self.seekd.log("seekd-fetcher"))
        self.assertNotIn("quorum", self.seekd.log("seekd-fetcher"))


class ReadingByCalls(case.Case):
    """The model itself words the query and calls tools to choose what is read; it is small, and held to their schemas."""
    extra_config = CONFIG
    internet = Internet

    @classmethod
    def programs(cls, extra=""):
        made = super().programs(extra)
        made.config.write_text(made.config.read_text().replace("[answer]", '[answer]\nmodel_searches = "always"'))
        return made

    def test_the_model_reads_by_calls_what_was_offered_and_nothing_else(self):
        reply = self.answer("What is the latest release of Kestrel today?", max_age=0, trace=True)
        chosen = [step["detail"] for step in reply["trace"] if step["step"] == "chosen"]
        self.assertTrue(chosen, reply["trace"])
        self.assertFalse(chosen[0].startswith("by rules"), chosen)
        offered = {f"{case.SITE}/long/{name}.html" for name in PAGES}
        fetched = {step["url"] for step in reply["trace"] if step["step"] == "fetching"}
        self.assertTrue(fetched)
        self.assertLessEqual(fetched, offered)
        self.assertGreater(reply["usage"]["search_tokens"], 0)


if __name__ == "__main__":
    case.main()
