"""What every end-to-end test stands on: the small internet, the two programs, pages worth reading."""

import pathlib
import shutil
import sys
import tempfile
import unittest

import network
import programs

BIN = pathlib.Path(sys.argv[1])
SITE = "https://docs.example.org"


def main():
    """usage: SCRIPT BIN_FOLDER [unittest arguments]"""
    network.enter_own_namespaces()
    del sys.argv[1]
    unittest.main()


def article(title, *paragraphs):
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{title}</title></head><body>"
            f"<nav><a href=/>Home</a> <a href=/about>About</a></nav><main><h1>{title}</h1>{body}</main>"
            f"<footer>All rights reserved</footer></body></html>")


KESTREL = [
    "Kestrel is a message broker for small networks. It is written in C++ and licensed under the Apache licence.",
    "Kestrel 4.2 was released on 14 March 2026 by the Harbour Foundation. It is the first release with quorum queues.",
    "The default port of Kestrel is 7311. Clients connect with the Wren protocol, which is described in a separate document.",
    "A node of Kestrel needs 512 megabytes of memory. Three nodes make a cluster that survives the loss of one of them.",
]


class Case(unittest.TestCase):
    extra_config = ""
    internet = network.Internet

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="seekd-e2e."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.web = cls.internet(cls.folder)
        cls.addClassCleanup(cls.web.close)
        cls.seekd = cls.programs()
        cls.addClassCleanup(cls.seekd.stop)
        cls.seekd.start_fetcher()
        cls.seekd.start_seekd()

    @classmethod
    def programs(cls, extra=""):
        return programs.Programs(BIN, cls.folder, cls.web.authority.certificate, cls.extra_config + extra)

    def answer(self, question, **fields):
        """The parsed answer; the question must be answered with 200."""
        status, _, reply = self.seekd.ask(question, **fields)
        self.assertEqual(status, 200, reply)
        return reply

    def assertCited(self, reply, url):
        """Every citation is a fact: its range in the answer and its range in the stored snapshot are what they say."""
        message = reply["choices"][0]["message"]
        citations = [note["url_citation"] for note in message["annotations"]]
        self.assertTrue(citations, reply)
        for citation in citations:
            self.assertLess(citation["start_index"], citation["end_index"])
            self.assertLessEqual(citation["end_index"], len(message["content"]))
            self.assertTrue(message["content"][citation["start_index"]:citation["end_index"]].strip())
        self.assertIn(url, [citation["url"] for citation in citations])
        self.assertIn(url, reply["citations"])
        source = next(result for result in reply["search_results"] if result["url"] == url)
        snapshot = source["snapshot"]
        status, _, page = self.seekd.page(url, snapshot["version"])
        self.assertEqual(status, 200)
        self.assertEqual(page["snapshot_hash"], snapshot["hash"])
        text = "\n".join(block["text"] for block in page["blocks"]).encode()
        cited = text[snapshot["byte_begin"]:snapshot["byte_end"]].decode()
        self.assertTrue(cited.strip())
        return source, cited
