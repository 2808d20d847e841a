"""The served OpenAPI document is held against what is served: Schemathesis sends what it allows, and what it does not.

usage: openapi_test.py BIN_FOLDER
"""

import os
import pathlib
import subprocess
import sys

import case
import programs
from case import KESTREL, SITE, article

PACKAGES = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "seekd/python"
BASE = "http://127.0.0.1:8017"
# Not negative_data_rejection: it takes 431, for a target that is too long, for an acceptance.
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
EXAMPLES = 6  # of each operation, and each phase


class OpenApi(case.Case):
    # No text is longer than a few seconds, whatever length is asked for.
    extra_config = """
[model]
context_tokens_max = 2048
"""

    def test_what_is_served_is_what_the_document_says(self):
        self.web.write("/long/kestrel.html", article("Kestrel", *KESTREL))
        self.seekd.fetch(f"{SITE}/long/kestrel.html")
        status, _, document = programs.request(self.seekd.socket, "GET", "/openapi.json")
        self.assertEqual((status, document["openapi"]), (200, "3.1.0"))
        self.assertTrue(document["info"]["version"])
        run = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", f"{BASE}/openapi.json", "--url", BASE, "--checks", ",".join(CHECKS),
             "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "1", "--no-shrink", "--continue-on-failure",
             "--request-timeout", "120", "--suppress-health-check", "all", "--warnings", "off"],
            cwd=self.folder, env={**os.environ, "PYTHONPATH": str(PACKAGES)}, capture_output=True, text=True, timeout=540)
        self.assertEqual(run.returncode, 0, run.stdout[-20000:] + run.stderr[-4000:])
        # It still answers.
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/health")[0], 200)


if __name__ == "__main__":
    case.main()
