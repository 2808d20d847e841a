"""Who may include whom: the table of docs/ARCHITECTURE.md, held against every #include of ours.

usage: includes_test.py ROOT
"""

import pathlib
import re
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]

# A folder may include itself and these. A path with a slash grants that part of a folder alone.
MAY_INCLUDE = {
    "policy": [],
    "config": ["policy"],
    "cache": ["config", "policy"],
    "model": ["config", "policy"],
    "fetcher": ["config", "policy"],
    # The cache's way of reading a key; descriptors.
    "audit": ["policy", "config", "cache/encryption", "fetcher/sandbox"],
    "daemon": ["policy", "config", "cache", "model", "audit", "fetcher/wire.h", "fetcher/wire_search.h", "fetcher/wire_notice.h",
               "fetcher/client.h", "fetcher/upstream_caller.h", "fetcher/wire_upstream.h", "fetcher/sandbox"],
    # The sandbox: files that are imported are read by processes without rights.
    "ctl": ["policy", "config", "cache", "model", "audit", "fetcher/extract", "fetcher/sandbox", "fetcher/url_reader.h",
            # What brings a model asks the door itself, so that seekd cannot.
            "fetcher/downloader.h", "fetcher/wire.h", "fetcher/wire_download.h"],
}

# A library that one folder alone may use, by the beginning of its headers' names.
ONLY_USER = {
    "curl/": "fetcher",
    "expat.h": "fetcher/extract",
    "md4c": "fetcher/extract",
    "poppler": "fetcher/extract",
    "rocksdb/": "cache",
    "bloom.h": "cache",
    "ATen/": "model",
    "c10/": "model",
    "torch/": "model",
    "prometheus/": "daemon/metrics",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def within(path, grant):
    """`fetcher/sandbox` grants fetcher/sandbox.h and fetcher/sandbox_*.h; `policy` grants all below it."""
    return path == grant or path.startswith(grant + "/") or ("/" in grant and path.startswith(grant))


def violations(root):
    found = []
    for folder, grants in MAY_INCLUDE.items():
        for source in sorted((root / folder).rglob("*")):
            if source.suffix not in {".h", ".cpp", ".cu", ".cuh"}:
                continue
            here = source.relative_to(root).as_posix()
            for bracket, target in INCLUDE.findall(source.read_text(encoding="utf-8")):
                if bracket == '"' and not any(within(target, grant) for grant in [folder, *grants]):
                    found.append(f'{here} includes "{target}", which {folder}/ may not')
                for header, owner in ONLY_USER.items():
                    if target.startswith(header) and not here.startswith(owner + "/"):
                        found.append(f"{here} includes <{target}>, which only {owner}/ may")
    return found


class Includes(unittest.TestCase):
    def test_every_include_is_allowed_by_the_table(self):
        self.assertEqual(violations(ROOT), [])

    def test_the_folders_of_the_table_are_there(self):
        for folder in MAY_INCLUDE:
            self.assertTrue(any((ROOT / folder).rglob("*.cpp")), folder)

    def test_a_crossing_include_is_found(self):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "policy").mkdir()
            (root / "daemon").mkdir()
            (root / "policy" / "url.cpp").write_text('#include "config/config.h"\n')
            (root / "daemon" / "main.cpp").write_text('#include <curl/curl.h>\n#include "fetcher/extract/document.h"\n')
            self.assertEqual(len(violations(root)), 3)


if __name__ == "__main__":
    unittest.main()
