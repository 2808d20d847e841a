"""Feeds, sitemaps, PDF, Markdown and JSON, as servers send them, and as those who mean harm do.

usage: content_peers_test.py BIN_FOLDER
"""

import gzip
import json
import random
import unittest

from door import ARTICLE, Case, whole

RSS = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title><link>https://example.org/</link>
<item><title>Kestrel 4.2</title><link>/kestrel</link><pubDate>Sun, 01 Mar 2026 12:00:00 GMT</pubDate>
<description>&lt;p&gt;It was released on a Tuesday.&lt;/p&gt;</description></item></channel></rss>"""

SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://example.org/a</loc><lastmod>2026-03-01</lastmod></url></urlset>"""

LAUGHS = (b"<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'>" +
          b"".join(b"<!ENTITY lol%d '%s'>" % (n, b"&lol%d;" % (n - 1) * 10 if n > 1 else b"&lol;" * 10) for n in range(1, 10)) +
          b"]><rss><channel><title>&lol9;</title></channel></rss>")


def pdf(content, *fonts):
    """A PDF without a table of its objects, which readers find all the same."""
    objects = [b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
               b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources <</Font <<" +
               b" ".join(b"/F%d %d 0 R" % (n, n + 5) for n in range(len(fonts))) + b">> >> >>",
               b"<</Length %d>> stream\n%s\nendstream" % (len(content), content), *fonts]
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj %s endobj\n" % (n, o) for n, o in enumerate(objects, 1)) + b"trailer <</Root 1 0 R>>\n"


def chinese_font(name, encoding, collection):
    """One that is not embedded: what its codes mean stands in poppler's files alone."""
    return (b"<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /%s /DescendantFonts [<</Type /Font /Subtype /CIDFontType0 "
            b"/BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (%s) /Supplement 0>> /FontDescriptor <</Type "
            b"/FontDescriptor /FontName /%s /Flags 4>> >>]>>" % (name, encoding, name, collection, name))


HELVETICA = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"


class Content(Case):
    def page(self, body, kind, *fields):
        reply = self.fetcher.fetch(self.serve(whole(body, *fields, kind=kind)))
        self.assertEqual((reply["outcome"], reply["reason"]), ("page", "allowed"), reply)
        return reply["page"]

    def text(self, page):
        return "\n".join(block["text"] for block in page["blocks"])

    def assertRefusedAs(self, reason, body, kind, *fields):
        self.assertRefused(self.serve(whole(body, *fields, kind=kind)), reason)
        self.assertPage(self.serve(whole(ARTICLE)))


class Lists(Content):
    def assertFeed(self, page):
        self.assertEqual(page["kind"], "feed")
        entry, = page["entries"]
        self.assertEqual((entry["url"], entry["title"], entry["published"]),
                         (self.base + "/kestrel", "Kestrel 4.2", "2026-03-01T12:00:00Z"))
        self.assertIn("It was released on a Tuesday.", self.text(page))

    def test_a_feed_by_its_type_or_by_its_first_bytes(self):
        for kind in ("application/rss+xml", "text/xml; charset=utf-8", "application/xml", "text/html", "text/plain"):
            self.assertFeed(self.page(RSS, kind))

    def test_a_sitemap_plain_and_as_a_gzip_file(self):
        for body, kind in ((SITEMAP, "text/xml"), (gzip.compress(SITEMAP), "application/x-gzip"),
                           (gzip.compress(SITEMAP), "application/xml")):
            page = self.page(body, kind)
            self.assertEqual((page["kind"], page["entries_total"]), ("sitemap", 1))
            self.assertEqual(page["entries"], [{"url": "https://example.org/a", "modified": "2026-03-01"}])
            self.assertEqual(page["body_bytes"], len(SITEMAP))

    def test_a_sitemap_that_is_a_file_and_coded_too(self):
        packed = gzip.compress(gzip.compress(SITEMAP))
        self.assertEqual(self.page(packed, "application/x-gzip", "Content-Encoding: gzip")["kind"], "sitemap")

    def test_a_json_feed(self):
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [
            {"id": "1", "url": "/kestrel", "title": "Kestrel 4.2", "date_published": "2026-03-01T12:00:00Z",
             "content_html": "<p>It was released on a Tuesday.</p>"}]}
        self.assertFeed(self.page(json.dumps(feed).encode(), "application/feed+json"))

    def test_entities_are_refused(self):
        self.assertRefusedAs("content_invalid", LAUGHS, "application/rss+xml")
        xxe = b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><channel><title>&x;</title></channel></rss>"
        self.assertRefusedAs("content_invalid", xxe, "text/xml")
        dtd = b"<!DOCTYPE r [<!ENTITY % x SYSTEM 'http://127.0.0.1/x.dtd'> %x;]><rss><channel/></rss>"
        self.assertRefusedAs("content_invalid", dtd, "text/xml")

    def test_xml_that_is_built_to_hurt(self):
        coded = "Content-Encoding: gzip"
        # Eight megabytes that compress by less than a bomb does.
        attribute = b"<rss a='" + f"{random.Random(1).getrandbits(8 << 20):b}".encode() + b"'/>"
        self.assertRefusedAs("content_invalid", gzip.compress(attribute, 1), "text/xml", coded)
        self.assertRefusedAs("content_invalid", b"<a>" * 1_000_000, "text/xml")
        self.assertRefusedAs("content_invalid", b"<rss " + b"".join(b"a%d='' " % n for n in range(300_000)), "text/xml")
        self.assertRefusedAs("content_invalid", b"<svg xmlns='x'><text>hi</text></svg>", "text/xml")
        self.assertRefusedAs("content_mismatch", b"PK\x03\x04", "application/gzip")

    def test_a_gzip_file_that_is_a_bomb(self):
        self.assertRefusedAs("body_too_large", gzip.compress(b" " * (15 << 20)), "application/gzip")
        self.assertRefusedAs("content_invalid", gzip.compress(SITEMAP)[:-9], "application/gzip")

    def test_a_feed_whose_entries_are_killers(self):
        killer = b"&lt;font&gt;&lt;div&gt;" * 60_000
        feed = RSS.replace(b"</description>", killer + b"</description>")
        page = self.page(feed, "application/rss+xml")
        self.assertEqual(page["entries"][0]["title"], "Kestrel 4.2")


class Texts(Content):
    def test_markdown(self):
        page = self.page(b"# Kestrel\n\nIt was *released*.\n\n- [more](/more)\n", "text/markdown")
        self.assertEqual([(b["kind"], b["text"]) for b in page["blocks"]],
                         [("heading", "Kestrel"), ("paragraph", "It was released."), ("list_item", "more")])
        self.assertEqual(page["links"], [{"url": self.base + "/more", "text": "more"}])

    def test_json(self):
        page = self.page(b'{"name": "kestrel", "versions": [{"tag": "4.2"}]}', "application/json")
        self.assertEqual([b["text"] for b in page["blocks"]], ["name: kestrel", "versions[0].tag: 4.2"])
        self.assertRefusedAs("content_invalid", b"[" * 1_000_000, "application/json")
        self.assertRefusedAs("content_invalid", b"{", "application/json")

    def test_text_and_markdown_that_are_built_to_hurt(self):
        for body in (b"*a_ " * 500_000, b"[" * 1_000_000, b"> " * 500_000, b"`" * 1_000_000, b"| a " * 200_000 + b"\n|-" * 100_000):
            reply = self.fetcher.fetch(self.serve(whole(body, kind="text/markdown")))
            self.assertIn(reply["reason"], ("allowed", "content_invalid", "body_too_large"), body[:8])
        self.assertPage(self.serve(whole(ARTICLE)))


class Pdf(Content):
    def test_a_pdf_with_a_font_of_its_base_set(self):
        page = self.page(pdf(b"BT /F0 12 Tf 50 700 Td (It was released on a Tuesday) Tj ET", HELVETICA), "application/pdf")
        self.assertEqual(self.text(page), "It was released on a Tuesday")

    def test_chinese_without_an_embedded_font(self):
        for encoding, code, collection in ((b"UniGB-UCS2-H", "gb", b"GB1"), (b"GBK-EUC-H", "gbk", b"GB1"),
                                           (b"UniCNS-UCS2-H", "cns", b"CNS1")):
            text = "紅隼發布" if collection == b"CNS1" else "红隼发布"
            codes = text.encode("gbk" if code == "gbk" else "utf-16-be").hex().encode()
            page = self.page(pdf(b"BT /F0 12 Tf 50 700 Td <" + codes + b"> Tj ET", chinese_font(b"STSong-Light", encoding, collection)),
                             "application/pdf")
            self.assertEqual(self.text(page), text, encoding)

    def test_a_character_map_that_is_not_preloaded_is_lost_and_nothing_else(self):
        font = chinese_font(b"STSong-Light", b"GBpc-EUC-H", b"GB1")
        text = b"BT /F0 12 Tf 50 700 Td (It was released on a Tuesday) Tj /F1 12 Tf 0 -20 Td <D6D0CEC4> Tj ET"
        self.assertIn("It was released on a Tuesday", self.text(self.page(pdf(text, HELVETICA, font), "application/pdf")))

    def test_what_is_no_pdf(self):
        self.assertRefusedAs("content_mismatch", ARTICLE, "application/pdf")
        self.assertRefusedAs("content_invalid", b"%PDF-1.7 lies", "application/pdf")
        self.assertRefusedAs("content_invalid", pdf(b"0 0 100 100 re f"), "application/pdf")

    def test_pdfs_that_are_built_to_hurt(self):
        bomb = b"<</Length 20000 /Filter [/FlateDecode /FlateDecode]>> stream\n" + gzip.zlib.compress(
            gzip.zlib.compress(b"q " * (200 << 20), 9), 9) + b"\nendstream"
        loop = b"<</Type /Pages /Kids [2 0 R 2 0 R 3 0 R] /Count 1000000000>>"
        deep = b"[" * 500_000
        whole_pdf = pdf(b"BT /F0 12 Tf 50 700 Td (x) Tj ET", HELVETICA)
        for hostile in (pdf(b"q " * 1_500_000 + b"BT /F0 12 Tf (x) Tj ET", HELVETICA), pdf(b"", HELVETICA, bomb),
                        whole_pdf.replace(b"<</Type /Pages /Kids [3 0 R] /Count 1>>", loop),
                        whole_pdf.replace(b"<</Type /Catalog", deep + b"<</Type /Catalog"),
                        whole_pdf.replace(b"(x) Tj", b"/X Do (x) Tj").replace(b"/Font <<", b"/XObject <</X 4 0 R>> /Font <<")):
            reply = self.fetcher.fetch(self.serve(whole(hostile, kind="application/pdf")))
            self.assertIn(reply["reason"], ("allowed", "content_invalid", "worker_failed"), reply)
            self.assertPage(self.serve(whole(ARTICLE)))


if __name__ == "__main__":
    unittest.main()
