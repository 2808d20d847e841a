"""What the cache keeps of a page, and what it must not: feeds and sitemaps through a 304, no-store, must-revalidate.

usage: kept_pages_test.py BIN_FOLDER
"""

import case
from case import KESTREL, SITE, article

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Kestrel news</title><id>urn:k</id><updated>2026-03-14T00:00:00Z</updated>
<author><name>The Harbour Foundation</name></author>
<entry><title>Kestrel 4.2 released</title><id>urn:1</id><link href="/long/42.html"/><updated>2026-03-14T09:00:00Z</updated>
<published>2026-03-14T08:00:00Z</published><summary>It is the first release with quorum queues.</summary></entry>
<entry><title>Kestrel 4.1 released</title><id>urn:2</id><link href="/long/41.html"/><updated>2025-11-02T09:00:00Z</updated></entry>
</feed>
"""
SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://docs.example.org/long/42.html</loc><lastmod>2026-03-14</lastmod></url>
<url><loc>https://docs.example.org/long/41.html</loc></url></urlset>
"""
CLAIMS = ("<meta name=author content='Mara Lind'><meta property=article:published_time content=2026-03-14>"
          "<link rel=alternate type=application/atom+xml title=News href=/short/news.atom>")
CONTENT = ("title", "metadata", "kind", "entries", "entries_total")


class Confirmed(case.Case):
    def assertSameAfter304(self, path):
        """The reply's content: of the 200, of the 304, and out of the cache."""
        url = SITE + path
        first, second = self.seekd.fetch(url), self.seekd.fetch(url)
        self.assertEqual((first["outcome"], second["outcome"]), ("page", "not_modified"), (first, second))
        status, _, stored = self.seekd.page(url)
        self.assertEqual(status, 200)
        for field in CONTENT:
            self.assertEqual(second[field], first[field], field)
            self.assertEqual(stored[field], first[field], field)
        return first

    def test_a_feed_tells_its_entries_after_a_304_and_out_of_the_cache(self):
        self.web.write("/short/news.atom", ATOM)
        feed = self.assertSameAfter304("/short/news.atom")
        self.assertEqual((feed["kind"], feed["entries_total"]), ("feed", 2))
        self.assertEqual(feed["entries"][0], {"url": f"{SITE}/long/42.html", "title": "Kestrel 4.2 released",
                                              "published": "2026-03-14T08:00:00Z", "modified": "2026-03-14T09:00:00Z"})
        for command in ("fetch", "show"):
            printed = self.seekd.ctl(command, f"{SITE}/short/news.atom")
            self.assertEqual(printed.returncode, 0, printed.stderr)
            self.assertIn("feed with 2 entries", printed.stdout)
            self.assertIn(f"{SITE}/long/41.html  2025-11-02T09:00:00Z  Kestrel 4.1 released", printed.stdout)

    def test_a_sitemap_does_too_and_an_entry_that_goes_is_a_change(self):
        self.web.write("/short/sitemap.xml", SITEMAP)
        sitemap = self.assertSameAfter304("/short/sitemap.xml")
        self.assertEqual((sitemap["kind"], len(sitemap["entries"])), ("sitemap", 2))
        self.web.write("/short/sitemap.xml", SITEMAP.replace("<url><loc>https://docs.example.org/long/41.html</loc></url>", ""))
        changed = self.seekd.fetch(f"{SITE}/short/sitemap.xml")
        self.assertEqual((changed["change"], changed["version"], len(changed["entries"])), ("changed", 2, 1))
        self.assertEqual(len(self.seekd.page(f"{SITE}/short/sitemap.xml", 1)[2]["entries"]), 2)

    def test_the_feeds_and_dates_that_a_page_names_cross_the_wire_and_stay(self):
        self.web.write("/short/claims.html", article("Kestrel", *KESTREL).replace("</head>", CLAIMS + "</head>"))
        page = self.assertSameAfter304("/short/claims.html")
        self.assertEqual(page["metadata"]["feeds"], [{"url": f"{SITE}/short/news.atom", "text": "News"}])
        self.assertEqual((page["metadata"]["author"], page["metadata"]["language"]), ("Mara Lind", "en"))
        self.assertTrue(page["metadata"]["published"].startswith("2026-03-14"))
        for command in ("fetch", "show"):
            printed = self.seekd.ctl(command, f"{SITE}/short/claims.html").stdout
            self.assertIn("author Mara Lind", printed)
            self.assertIn(f"feed {SITE}/short/news.atom  News", printed)


class Forbidden(case.Case):
    def bytes_on_disk(self, words):
        """How many files of the cache hold the words, as they are: its log of writes keeps them uncompressed."""
        return sum(words.encode() in file.read_bytes() for file in (self.folder / "cache").rglob("*") if file.is_file())

    def test_of_a_page_with_no_store_the_cache_keeps_no_byte(self):
        kept, secret = "quetzalcoatlus", "archaeopteryx"
        self.web.write("/long/kept.html", article("Kestrel", *KESTREL, f"The code name of Kestrel 5 is {kept}."))
        self.web.write("/secret/page.html", article("Kestrel", *KESTREL, f"The code name of Kestrel 6 is {secret}."))
        self.seekd.fetch(f"{SITE}/long/kept.html")
        self.assertGreater(self.bytes_on_disk(kept), 0)

        url = f"{SITE}/secret/page.html"
        reply = self.answer("What is the code name of Kestrel 6?", urls=[url])
        self.assertEqual([result["url"] for result in reply["search_results"]], [url])
        self.assertIn("not_stored", [notice["code"] for notice in reply["notices"]])
        self.assertEqual(reply["citations"], [])
        self.assertEqual(self.seekd.fetch(url)["message"], "its server forbids to store it")
        self.seekd.seekd.terminate()
        self.seekd.seekd.wait(timeout=60)
        self.assertEqual(self.bytes_on_disk(secret), 0)
        self.assertEqual(self.bytes_on_disk("/secret/page.html"), 0)
        self.seekd.start_seekd()
        self.assertEqual(self.seekd.page(url)[0], 404)
        self.assertEqual(self.seekd.page(f"{SITE}/long/kept.html")[0], 200)

    def test_a_page_that_must_be_revalidated_is_not_used_when_it_cannot_be(self):
        url = f"{SITE}/strict/page.html"
        self.web.write("/strict/page.html", article("Kestrel", *KESTREL))
        question = "When was Kestrel 4.2 released?"
        self.assertCited(self.answer(question, urls=[url]), url)
        self.assertCited(self.answer(question, urls=[url]), url)  # max-age=0: revalidated, and used
        (self.web.root / "strict/page.html").unlink()
        for options in ({}, {"max_age": 3600}):
            reply = self.answer(question, urls=[url], **options)
            self.assertEqual([notice["code"] for notice in reply["notices"]], ["http_error", "must_revalidate", "model_alone"])
            self.assertEqual(reply["search_results"], [])
        reply = self.answer(question, urls=[url], offline=True)
        source, _ = self.assertCited(reply, url)
        self.assertEqual(source["snapshot"]["state"], "offline")
        self.assertEqual([notice["code"] for notice in reply["notices"]], ["must_revalidate"])


if __name__ == "__main__":
    case.main()
