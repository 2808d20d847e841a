"""Is what changed on real pages told from noise? Successive snapshots whose labels their archive gave, through `seekctl diff`."""

import gzip
import json
import pathlib
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
        # The one that is missed gained a table of contents, which is no main content.
        self.assertGreaterEqual(sum(judged["content_changed"]), 0.95 * len(judged["content_changed"]))
        self.assertLessEqual(sum(judged["noise_only"]), 0.05 * len(judged["noise_only"]))
        self.assertLessEqual(written_bytes, 1.5 * changed_bytes)


if __name__ == "__main__":
    SEEKCTL = sys.argv.pop(1)
    unittest.main()
