"""The quality of `seekctl extract` on the labelled pages, against floors a little under what was measured.

The model was trained on these pages: scripts/train-extraction says what it reaches on others.

usage: extraction_test.py SEEKCTL
"""

import collections
import gzip
import json
import pathlib
import re
import statistics
import subprocess
import sys
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
DATA = pathlib.Path("../shared/data")
CJK = "\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")


def word_f1(expected, found):
    wanted, got = (collections.Counter(WORD.findall(text.lower())) for text in (expected, found))
    hit = sum((wanted & got).values())
    return 2 * hit / (sum(wanted.values()) + sum(got.values())) if hit else float(not wanted and not got)


class Extraction(unittest.TestCase):
    def mean_f1(self, name):
        folder = DATA / name
        if not folder.exists():
            self.skipTest(f"{folder} is not here")
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        scores = []
        for page, label in truth.items():
            html = gzip.decompress((folder / "html" / f"{page}.html.gz").read_bytes())
            done = subprocess.run([SEEKCTL, "extract"], input=html, capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, f"{page}: {done.stderr}")
            self.assertNotEqual(done.stdout, b"", f"{page} came out empty")
            scores.append(word_f1(label["articleBody"], done.stdout.decode()))
        return statistics.mean(scores)

    def test_articles(self):
        self.assertGreater(self.mean_f1("articles"), 0.98)

    def test_pages_of_seven_types_none_of_which_comes_out_empty(self):
        self.assertGreater(self.mean_f1("pages"), 0.90)

    def test_chinese_pages(self):
        self.assertGreater(self.mean_f1("pages-zh"), 0.97)


if __name__ == "__main__":
    unittest.main()
