"""A question, a page fetched now, a cited answer; and what the cache makes of the page afterwards.

usage: answer_test.py BIN_FOLDER
"""

import http.client
import json
import time

import case
import programs
from case import KESTREL, SITE, article


class Answer(case.Case):
    def test_a_question_is_answered_with_a_citation_to_the_page_fetched(self):
        url = f"{SITE}/long/kestrel.html"
        self.web.write("/long/kestrel.html", article("Kestrel", *KESTREL))
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url])
        source, cited = self.assertCited(reply, url)
        self.assertEqual(source["snapshot"]["state"], "fresh")
        self.assertIn("14 March 2026", reply["choices"][0]["message"]["content"])
        self.assertIn("14 March 2026", cited)
        self.assertEqual(len(self.web.requests("/long/kestrel.html")), 1)

        # The same question again makes no second request within the freshness lifetime.
        again = self.answer("When was Kestrel 4.2 released?", urls=[url])
        self.assertCited(again, url)
        self.assertEqual(len(self.web.requests("/long/kestrel.html")), 1)

        # Without naming the page: the cache finds it.
        found = self.answer("When was Kestrel 4.2 released?")
        self.assertIn(url, [result["url"] for result in found["search_results"]])
        self.assertEqual(len(self.web.requests("/long/kestrel.html")), 1)

    def test_a_url_written_in_the_question_is_read(self):
        url = f"{SITE}/long/memory.html"
        self.web.write("/long/memory.html", article("Memory of Kestrel", *KESTREL))
        reply = self.answer(f"How much memory does a node of Kestrel need according to {url} ?")
        _, cited = self.assertCited(reply, url)
        self.assertIn("512", cited)

    def test_after_the_freshness_lifetime_the_page_is_revalidated_by_a_conditional_get(self):
        url = f"{SITE}/short/page.html"
        self.web.write("/short/page.html", article("Kestrel", *KESTREL))
        self.answer("When was Kestrel 4.2 released?", urls=[url])
        time.sleep(3.1)
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url])
        source, _ = self.assertCited(reply, url)
        self.assertEqual(source["snapshot"]["state"], "revalidated")
        first, second = self.web.requests("/short/page.html")
        self.assertIn(" 200 ", first)
        self.assertIn(" 304 ", second)
        self.assertIn('match="', second.replace('match=W/"', 'match="').replace("\\x22", '"'))

        # The contract: a caller who asks for less than its age gets it revalidated, one who is offline gets it as it is.
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url], max_age=0)
        self.assertEqual(len(self.web.requests("/short/page.html")), 3)
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url], offline=True)
        source, _ = self.assertCited(reply, url)
        self.assertEqual(source["snapshot"]["state"], "offline")
        self.assertEqual(len(self.web.requests("/short/page.html")), 3)

    def test_a_changed_page_stores_a_new_version_and_rewrites_only_the_changed_blocks(self):
        url = f"{SITE}/short/changing.html"
        self.web.write("/short/changing.html", article("Kestrel", *KESTREL))
        first = self.seekd.fetch(url)
        self.assertEqual((first["change"], first["version"]), ("added", 1))
        time.sleep(1.1)  # Last-Modified counts seconds
        self.web.write("/short/changing.html", article("Kestrel", *KESTREL[:2], KESTREL[2].replace("7311", "7411"), KESTREL[3]))
        second = self.seekd.fetch(url)
        self.assertEqual((second["change"], second["version"]), ("changed", 2))
        self.assertEqual((second["blocks_total"], second["blocks_written"]), (5, 1))
        old = self.seekd.page(url, 1)[2]
        new = self.seekd.page(url)[2]
        self.assertIn("7311", json.dumps(old["blocks"]))
        self.assertIn("7411", json.dumps(new["blocks"]))
        shown = self.seekd.ctl("show", url, "--versions")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        difference = self.seekd.ctl("show", url, "--diff", "1", "2")
        self.assertIn("7411", difference.stdout)

    def test_a_page_that_must_not_be_stored_serves_its_answer_alone(self):
        url = f"{SITE}/secret/page.html"
        self.web.write("/secret/page.html", article("Kestrel", *KESTREL))
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url])
        self.assertIn("March", reply["choices"][0]["message"]["content"])
        self.assertEqual(self.seekd.page(url)[0], 404)

    def test_an_answer_as_of_a_past_moment_stands_on_the_version_of_then(self):
        url = f"{SITE}/short/as-of.html"
        self.web.write("/short/as-of.html", article("Kestrel", *KESTREL))
        self.seekd.fetch(url)
        time.sleep(1.1)
        then = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        time.sleep(1.1)  # versions are told apart by seconds
        self.web.write("/short/as-of.html", article("Kestrel", *KESTREL[:2], KESTREL[2].replace("7311", "7411"), KESTREL[3]))
        self.assertEqual(self.seekd.fetch(url)["version"], 2)
        requests = len(self.web.requests("/short/as-of.html"))
        reply = self.answer("What is the default port of Kestrel?", urls=[url], as_of=then)
        source, cited = self.assertCited(reply, url)
        self.assertEqual((source["snapshot"]["version"], source["snapshot"]["state"]), (1, "offline"))
        self.assertIn("7311", cited)
        self.assertEqual(len(self.web.requests("/short/as-of.html")), requests)
        asked = self.seekd.ctl("ask", "What is the default port of Kestrel?", "--url", url, "--as-of", then)
        self.assertIn("7311", asked.stdout, asked.stderr)
        before = self.answer("What is the default port of Kestrel?", urls=[url], as_of="2020-01-01")
        self.assertIn("no_version_then", [notice["code"] for notice in before["notices"]])
        status, _, refused = self.seekd.ask("What is the default port of Kestrel?", as_of="2999-01-01")
        self.assertEqual((status, refused["error"]["code"]), (400, "invalid_argument"))

    def test_sources_tell_their_dates_and_are_left_out_by_them(self):
        url = f"{SITE}/long/dated.html"
        dated = '<meta property="article:published_time" content="2026-03-14T09:00:00Z"></head>'
        self.web.write("/long/dated.html", article("Kestrel", *KESTREL).replace("</head>", dated))
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url], search_after_date_filter="3/1/2026")
        source, _ = self.assertCited(reply, url)
        self.assertTrue(source["date"].startswith("2026-03-14"), source)
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url], search_before_date_filter="3/1/2026")
        self.assertIn("date_filtered", [notice["code"] for notice in reply["notices"]])
        self.assertEqual(reply["search_results"], [])

    def test_a_stream_carries_the_same_text_and_the_citations(self):
        url = f"{SITE}/long/stream.html"
        self.web.write("/long/stream.html", article("Kestrel", *KESTREL))
        status, headers, text = self.seekd.ask("When was Kestrel 4.2 released?", urls=[url], stream=True,
                                               stream_options={"include_usage": True})
        self.assertEqual(status, 200, text)
        self.assertTrue(headers["Content-Type"].startswith("text/event-stream"))
        events = [line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: ")]
        self.assertEqual(events[-1], "[DONE]")
        chunks = [json.loads(event) for event in events[:-1]]
        deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
        content = "".join(delta.get("content") or "" for delta in deltas)
        annotations = [note for delta in deltas for note in delta.get("annotations", [])]
        self.assertIn("14 March 2026", content)
        self.assertTrue(annotations)
        self.assertGreater(chunks[-1]["usage"]["completion_tokens"], 0)
        whole = self.answer("When was Kestrel 4.2 released?", urls=[url])
        self.assertEqual(whole["choices"][0]["message"]["content"], content)

    def test_where_sources_are_required_an_answer_without_them_is_refused_before_a_word_of_it(self):
        for stream in (False, True):
            status, headers, reply = self.seekd.ask("Who painted the chapel?", urls=[f"{SITE}/broken"], require_sources=True, stream=stream)
            self.assertEqual(status, 422, reply)
            self.assertEqual((reply["error"]["code"], reply["error"]["param"]), ("no_sources", "require_sources"))
            self.assertIn("http_error", reply["error"]["message"])
        url = f"{SITE}/long/required.html"
        self.web.write("/long/required.html", article("Kestrel", *KESTREL))
        asked = self.seekd.ctl("ask", "When was Kestrel 4.2 released?", "--url", url, "--require-sources")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("14 March 2026", asked.stdout)
        refused = self.seekd.ctl("ask", "Who painted the chapel?", "--url", f"{SITE}/broken", "--require-sources")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("no page that could be read", refused.stderr)

    def test_a_chinese_page_is_read_and_cited(self):
        url = f"{SITE}/long/chinese.html"
        self.web.write("/long/chinese.html", article(
            "红隼消息代理", "红隼是一个用于小型网络的消息代理软件，由海港基金会开发，采用阿帕奇许可证发布。",
            "红隼 4.2 版于 2026 年 3 月 14 日发布。它是第一个支持仲裁队列的版本，可以在三台机器上运行。",
            "红隼的默认端口是 7311。客户端使用鹪鹩协议连接，该协议在另一份文件中有详细说明。"))
        self.seekd.fetch(url)
        found = self.seekd.ctl("search", "红隼 默认端口", "--json")
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertIn("7311", found.stdout)

    def test_seekctl_prints_the_answer_and_its_citations(self):
        url = f"{SITE}/long/ctl.html"
        self.web.write("/long/ctl.html", article("Kestrel", *KESTREL))
        asked = self.seekd.ctl("ask", "When was Kestrel 4.2 released?", "--url", url)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("14 March 2026", asked.stdout)
        self.assertIn(url, asked.stdout)
        status = self.seekd.ctl("status", "--json")
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertGreater(json.loads(status.stdout)["cache"]["pages"], 0)
        self.assertGreater(json.loads(status.stdout)["fetcher"]["status"]["verdicts"]["allowed"], 0)

    def test_http_on_loopback_serves_the_same(self):
        connection = http.client.HTTPConnection("127.0.0.1", 8017, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", "/health")
        reply = connection.getresponse()
        self.assertEqual((reply.status, json.loads(reply.read())), (200, {"status": "ok"}))


class Expiry(case.Case):
    extra_config = ""

    @classmethod
    def programs(cls):
        made = super().programs()
        made.config.write_text(made.config.read_text().replace("[cache]\n", '[cache]\nretention = "3s"\n'))
        return made

    def test_an_expired_page_is_gone(self):
        url = f"{SITE}/long/expiring.html"
        self.web.write("/long/expiring.html", article("Kestrel", *KESTREL))
        self.assertEqual(self.seekd.fetch(url)["change"], "added")
        self.assertEqual(self.seekd.page(url)[0], 200)
        time.sleep(4.1)
        self.assertEqual(self.seekd.page(url)[0], 404)
        found = programs.request(self.seekd.socket, "POST", "/seekd/v1/search", {"query": "Kestrel port", "top": 5})
        self.assertEqual(found[2]["passages"], [])


if __name__ == "__main__":
    case.main()
