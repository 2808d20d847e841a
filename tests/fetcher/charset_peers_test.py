"""Pages in the web's charsets, as Python's codecs write them: declared, undeclared, and declared wrongly.

usage: charset_peers_test.py BIN_FOLDER
"""

import unittest

from door import Case, whole

# A sentence or two each; the encodings that write it.
TEXTS = {
    "中文网页在二十世纪末多用国标码，如今大多改用万国码；旧的网页仍然存在，读者也仍然需要它们。新闻、论坛和个人主页都是如此。":
        ["gb18030", "gbk", "gb2312", "utf-8", "utf-16"],
    "中文網頁在二十世紀末多用大五碼，如今大多改用萬國碼；舊的網頁仍然存在，讀者也仍然需要它們。新聞、論壇和個人主頁都是如此。":
        ["big5", "gb18030", "utf-8"],
    "日本語のページは、かつてシフトジスや日本語ＥＵＣで書かれていました。今でも古いページがたくさん残っています。読者はそれを必要としています。":
        ["shift_jis", "euc_jp", "iso2022_jp", "utf-8"],
    "한국어 웹 페이지는 예전에 완성형으로 작성되었습니다. 오래된 페이지가 아직도 많이 남아 있고, 독자들은 여전히 그것을 필요로 합니다.":
        ["euc_kr", "cp949", "utf-8"],
    "Русские страницы раньше писали в разных кодировках, и многие из них существуют до сих пор. Читателям они по-прежнему нужны.":
        ["cp1251", "koi8_r", "iso8859_5", "cp866", "utf-8"],
    "Příliš žluťoučký kůň úpěl ďábelské ódy. Starší stránky se psaly v různých kódováních a mnohé z nich dosud existují.":
        ["cp1250", "iso8859_2", "utf-8"],
    "Les pages françaises étaient écrites autrefois dans un autre codage ; beaucoup d’entre elles existent encore, déjà âgées.":
        ["cp1252", "utf-8"],
    "Οι ελληνικές σελίδες γράφονταν παλαιότερα με άλλη κωδικοποίηση, και πολλές από αυτές υπάρχουν ακόμη σήμερα.":
        ["cp1253", "utf-8"],
    "كانت الصفحات العربية تكتب سابقا بترميز آخر، ولا يزال كثير منها موجودا حتى اليوم، ويحتاج إليها القراء.": ["cp1256", "utf-8"],
}
LABELS = {"cp949": "ks_c_5601-1987", "euc_kr": "EUC-KR", "cp1251": "windows-1251", "cp1250": "windows-1250", "cp1252": "latin1",
          "cp1253": "windows-1253", "cp1256": "windows-1256", "koi8_r": "KOI8-R", "iso8859_5": "iso-8859-5", "iso8859_2": "latin2",
          "cp866": "ibm866", "iso2022_jp": "ISO-2022-JP", "euc_jp": "EUC-JP", "utf-16": "utf-16"}


class Charsets(Case):
    def read(self, markup, encoding, kind="text/html"):
        page = self.fetcher.fetch(self.serve(whole(markup.encode(encoding), kind=kind)))["page"]
        return " ".join(block["text"] for block in page["blocks"])

    def each(self):
        for text, encodings in TEXTS.items():
            for encoding in encodings:
                yield text, encoding, LABELS.get(encoding, encoding)

    def test_declared_by_the_header(self):
        for text, encoding, label in self.each():
            self.assertEqual(self.read(f"<p>{text}</p>", encoding, f"text/html; charset={label}"), text, encoding)

    def test_declared_by_meta(self):
        for text, encoding, label in self.each():
            self.assertEqual(self.read(f"<meta charset='{label}'><p>{text}</p>", encoding), text, encoding)

    def test_not_declared(self):
        for text, encoding, _ in self.each():
            self.assertEqual(self.read(f"<p>{text}</p>", encoding), text, encoding)

    def test_utf_16_without_a_byte_order_mark(self):
        for text in TEXTS:
            page = f"<!doctype html><html><head><title>Kestrel</title></head><body><p>{text}</p></body></html>"
            for encoding in ("utf-16-le", "utf-16-be"):
                self.assertEqual(self.read(page, encoding), text, encoding)
                self.assertEqual(self.read(page, encoding, f"text/html; charset={encoding.replace('16-', '16')}"), text, encoding)

    def test_declared_by_xml(self):
        for text, encoding, label in self.each():
            feed = f"<?xml version='1.0' encoding='{label}'?><rss><channel><title>{text}</title></channel></rss>"
            self.assertEqual(self.read(feed, encoding, "text/xml"), text, encoding)

    def test_utf_8_that_is_called_something_else(self):
        for text, encodings in TEXTS.items():
            for label in ("gb2312", "big5", "iso-8859-1", "windows-1251", "shift_jis"):
                self.assertEqual(self.read(f"<meta charset={label}><p>{text}</p>", "utf-8"), text, label)

    def test_something_else_that_is_called_utf_8(self):
        for text, encoding, _ in self.each():
            if encoding not in ("utf-8", "utf-16", "iso2022_jp"):
                self.assertEqual(self.read(f"<meta charset=utf-8><p>{text}</p>", encoding), text, encoding)

    def test_chinese_japanese_and_korean_under_a_servers_default(self):
        for text, encoding, _ in self.each():
            if encoding in ("gbk", "gb2312", "big5", "shift_jis", "euc_jp", "euc_kr"):
                self.assertEqual(self.read(f"<p>{text}</p>", encoding, "text/html; charset=iso-8859-1"), text, encoding)

    def test_one_broken_letter_does_not_change_the_charset(self):
        body = "<p>Les pages déjà âgées".encode() + b"\xff" + " étaient là.</p>".encode()
        page = self.fetcher.fetch(self.serve(whole(body, kind="text/html; charset=utf-8")))["page"]
        self.assertEqual(page["blocks"][0]["text"], "Les pages déjà âgées\ufffd étaient là.")


if __name__ == "__main__":
    unittest.main()
