"""Pages that arrive: whole, compressed, redirected, revalidated, many at once.

usage: pages_peers_test.py BIN_FOLDER
"""

import concurrent.futures
import gzip
import time
import unittest

from door import ARTICLE, Case, chunk, head, whole


class Pages(Case):
    def test_a_page_arrives_with_its_headers_text_and_times(self):
        url = self.serve(whole(ARTICLE, 'ETag: "v1"', "Cache-Control: max-age=60"))
        before = int(time.time())
        reply = self.assertPage(url)
        self.assertEqual(reply["hops"], [url])
        self.assertEqual(reply["http_status"], 200)
        self.assertEqual(reply["page"]["metadata"]["title"], "Kestrel")
        self.assertEqual(reply["page"]["headers"], {"etag": '"v1"', "cache_control": "max-age=60"})
        self.assertEqual(reply["page"]["body_bytes"], len(ARTICLE))
        self.assertGreater(reply["wire_bytes"], len(ARTICLE))
        self.assertLessEqual(before, reply["requested_at"])
        self.assertLessEqual(reply["requested_at"], reply["retrieved_at"])
        request = self.web.requested(url[len(self.base):])[0]
        self.assertEqual(request.headers["user-agent"], "seekd/0.1")
        self.assertNotIn("cookie", request.headers)

    def test_a_chunked_and_compressed_page_arrives(self):
        packed = gzip.compress(ARTICLE)
        self.assertPage(self.serve(head(200, "Content-Encoding: gzip", "Transfer-Encoding: chunked") + chunk(packed[:99]) +
                                   chunk(packed[99:]) + b"0\r\n\r\n"))

    def test_plain_http_works_where_the_policy_opens_it(self):
        self.serve(whole(ARTICLE))
        path = list(self.site.pages)[-1]
        self.assertPage(f"http://plain.example.org:{self.plain.port}{path}")
        self.assertRefused(f"http://docs.example.org:{self.plain.port}{path}", "scheme_denied")

    def test_a_redirect_is_followed_and_both_urls_are_told(self):
        target = self.serve(whole(ARTICLE))
        start = self.serve(whole(b"", f"Location: {target[len(self.base):]}", status=302))
        self.assertEqual(self.assertPage(start)["hops"], [start, target])

    def test_validators_go_to_the_url_they_belong_to_alone(self):
        def conditional(request, connection):
            seen.append(request.headers.get("if-none-match"))
            connection.sendall(head(304, 'ETag: "v1"') if seen[-1] == '"v1"' else whole(ARTICLE, 'ETag: "v1"'))
        seen = []
        target = self.serve(conditional)
        start = self.serve(whole(b"", f"Location: {target}", status=301))
        reply = self.fetcher.fetch(target, etag='"v1"')
        self.assertEqual((reply["outcome"], reply["http_status"]), ("not_modified", 304), reply)
        self.assertEqual(reply["page"]["headers"]["etag"], '"v1"')
        self.assertPage(start, etag='"v1"')
        self.assertEqual(self.fetcher.fetch(start, etag='"v1"', validated_url=target)["outcome"], "not_modified")
        self.assertEqual(seen, ['"v1"', None, '"v1"'])

    def test_a_304_that_nobody_asked_for_is_no_page(self):
        self.assertRefused(self.serve(head(304)), "http_error")

    def test_many_pages_at_once_come_out_right(self):
        urls = [self.serve(whole(ARTICLE.replace(b"Kestrel 4.2", b"Kestrel 4.%d" % n))) for n in range(40)]
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            for number, reply in enumerate(pool.map(self.fetcher.fetch, urls)):
                text = " ".join(block["text"] for block in reply["page"]["blocks"])
                self.assertIn(f"Kestrel 4.{number} was", text)

    def test_robots_is_fetched_once(self):
        self.assertPage(self.serve(whole(ARTICLE)))
        self.assertPage(self.serve(whole(ARTICLE)))
        asked = [request for request in self.web.requested("/robots.txt") if request.headers["host"].startswith("docs.")]
        self.assertEqual(len(asked), 1)


if __name__ == "__main__":
    unittest.main()
