"""Is what changed on real pages told from noise? Successive snapshots whose labels their archive gave, through `seekctl diff`."""

import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SEEKCTL = None
PAIRS = pathlib.Path("..", "shared", "data", "page-versions")


@unittest.skipUnless(PAIRS.is_dir(), f"no {PAIRS}")
class PageVersions(unittest.TestCase):
    def diff(self, number, folder):
        files = []
        for side in ("old", "new"):
            file = pathlib.Path(folder, f"{side}.html")
            file.write_bytes(gzip.decompress(PAIRS.joinpath(f"{number:03}_{side}.html.gz").read_bytes()))
            files.append(file)
        return json.loads(subprocess.run([SEEKCTL, "diff", *files, "--json"], capture_output=True, check=True, timeout=60).stdout)

    def test_changes_are_found_noise_is_not_stored_and_only_what_changed_is_written(self):
        judged = {"content_changed": [], "noise_only": []}
        changed_bytes = written_bytes = 0
        with tempfile.TemporaryDirectory() as folder:
            for pair in json.loads(PAIRS.joinpath("pairs.json").read_text()):
                found = self.diff(pair["i"], folder)
                judged[pair["label"]].append(found["change"] in ("minor", "major"))
                changed_bytes += found["changed_text_bytes"]
                written_bytes += found["written_bytes"]
        self.assertGreaterEqual(sum(judged["content_changed"]), 0.98 * len(judged["content_changed"]))
        self.assertLessEqual(sum(judged["noise_only"]), 0.05 * len(judged["noise_only"]))
        self.assertLessEqual(written_bytes, 1.1 * changed_bytes)


SENTENCE = re.compile(r"(?is)<(p|li)\b[^>]*>([^<>]{60,})</\1>")


def sentences(html, wanted):
    """Places of running text outside of menus that match `wanted`."""
    beside = [match.span() for match in re.finditer(r"(?is)<(script|style|nav|footer|aside|template|header)\b.*?</\1>", html)]
    found = []
    for match in SENTENCE.finditer(html):
        if re.search(wanted, match[2]) and not any(begin <= match.start() < end for begin, end in beside):
            found.append(match)
    return found


def replaced(html, place, pattern, by):
    return html[: place.start(2)] + re.sub(pattern, by, place[2], count=1) + html[place.end(2) :]


# What is looked for in a sentence, what stands in its place afterwards.
EDITS = {
    "a number": (r"\b\d{1,3}\b", "977"),
    "a negation": (r"\b(may|will|is|are)\b", r"\1 not"),
    "a clause": (r",[^,]{10,},", ","),
    "a name": (r"(?<=[a-z] )[A-Z][a-z]{4,}", "Ireland"),
    "the last sign": (r"\.\s*$", ";"),
}
NEW_TEXT = {
    "a price": ("<p>The fee is $12.00 a month.</p>", "<p>The fee is $15.00 a month.</p>"),
    "an address": ("<p>Write to 548 Mission Street, San Francisco.</p>", "<p>Write to 88 Mission Street, San Francisco.</p>"),
    "a mail address": ("<p>Questions go to legal@example.org.</p>", "<p>Questions go to privacy@example.org.</p>"),
    "a link": ("<p>All is said in <a href='/a'>our other terms</a>.</p>", "<p>All is said in <a href='/b'>our other terms</a>.</p>"),
}
NOISE = {
    "time ago": ("<p>Posted 3 minutes ago by Ann</p>", "<p>Posted 2 hours ago by Ann</p>"),
    "readers": ("<p>1,204 views · 12 comments</p>", "<p>1,377 views · 15 comments</p>"),
    "token": ("<input type=hidden name=csrf value=a1>", "<input type=hidden name=csrf value=b2>"),
    "clock": ("<p>Current time: 2026-11-22 10:15 UTC</p>", "<p>Current time: 2026-11-23 08:01 UTC</p>"),
    "links": (
        "<h3>You may also like</h3><ul><li><a href=/b/1>How to grow</a><li><a href=/b/2>Ten tips</a><li><a href=/b/3>Why us</a></ul>",
        "<h3>You may also like</h3><ul><li><a href=/b/3>Why us</a><li><a href=/b/4>For spring</a><li><a href=/b/1>How to grow</a></ul>",
    ),
}


@unittest.skipUnless(PAIRS.is_dir(), f"no {PAIRS}")
class EditedPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        pairs = json.loads(PAIRS.joinpath("pairs.json").read_text())
        first = {pair["page"]: pair["i"] for pair in reversed(pairs)}
        cls.pages = [gzip.decompress(PAIRS.joinpath(f"{i:03}_old.html.gz").read_bytes()).decode() for i in first.values()]

    def share_changed(self, variants):
        changed = []
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder, side) for side in ("old", "new")]
            for variant in variants:
                for file, html in zip(files, variant):
                    file.write_text(html)
                diff = subprocess.run([SEEKCTL, "diff", *files, "--json"], capture_output=True, check=True, timeout=60)
                changed.append(json.loads(diff.stdout)["change"] in ("minor", "major"))
        self.assertGreater(len(changed), 20)
        return sum(changed) / len(changed)

    def inserted(self, texts):
        for html in self.pages:
            places = sentences(html, ".")
            for before, after in texts if places else ():
                end = places[len(places) // 3].end()
                yield html[:end] + before + html[end:], html[:end] + after + html[end:]

    def test_an_edit_of_one_word_counts_wherever_it_stands(self):
        def variants():
            for pattern, by in EDITS.values():
                for html in self.pages:
                    places = sentences(html, pattern)
                    for place in places[:: max(1, len(places) // 3)][:3]:
                        yield html, replaced(html, place, pattern, by)

        self.assertGreaterEqual(self.share_changed(variants()), 0.95)

    def test_what_a_new_line_says_counts(self):
        self.assertGreaterEqual(self.share_changed(self.inserted(NEW_TEXT.values())), 0.95)

    def test_what_nobody_wrote_does_not_count(self):
        self.assertLessEqual(self.share_changed(self.inserted(NOISE.values())), 0.05)


if __name__ == "__main__":
    SEEKCTL = sys.argv.pop(1)
    unittest.main()
