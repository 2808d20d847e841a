"""seekctl eval answers: the project's own questions the whole way, and what it says of files that are none.

usage: eval_answers_test.py SEEKCTL
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
CASES = pathlib.Path(__file__).parent / "answers" / "cases.jsonl"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}


def evaluate(file, folder, *more):
    return subprocess.run([SEEKCTL, "eval", "answers", "--file", file, *more], capture_output=True, text=True, timeout=1500,
                          env=dict(ENVIRONMENT, TMPDIR=str(folder)))


class Answers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def cases(self, *lines):
        file = self.folder / "cases.jsonl"
        file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        (self.folder / "pages").mkdir(exist_ok=True)
        return file

    def test_the_whole_way_answers_what_the_model_answers_with_the_right_passage_before_it(self):
        done = evaluate(CASES, self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        *cases, total = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([case["id"] for case in cases], [json.loads(line)["id"] for line in CASES.read_text().splitlines()])
        answered = {case["id"]: case["answered"] for case in cases}
        self.assertGreaterEqual(total["of_direct"], 0.9, answered)
        self.assertGreaterEqual(total["answered"], 0.7, answered)
        self.assertGreaterEqual(total["citation_precision"], 0.7, cases)
        self.assertGreater(total["pages_fetched"], len({json.loads(line)["page"] for line in CASES.read_text().splitlines()}) - 1)
        self.assertEqual(list(self.folder.iterdir()), [], "what a run leaves behind")

    def test_a_case_that_cannot_be_asked_is_told_by_its_line(self):
        good = {"id": "a", "question": "b", "answers": ["c"], "page": "d.html"}
        for bad, told in (("[]", "no JSON object"), ("{", "no JSON object"), ({**good, "answers": []}, '"answers"'),
                          ({**good, "answer": "c"}, "'answer'"), ({**good, "named": 1}, '"named"'), ({**good, "id": ""}, '"id"')):
            done = evaluate(self.cases(good, bad), self.folder)
            self.assertEqual(done.returncode, 1, bad)
            self.assertIn("cases.jsonl:2: ", done.stderr)
            self.assertIn(told, done.stderr)
        self.assertIn("holds no case", evaluate(self.cases(), self.folder).stderr)
        self.assertIn("cannot be opened", evaluate(self.folder / "none", self.folder).stderr)
        missing = evaluate(self.cases(good), self.folder)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("d.html", missing.stderr)


if __name__ == "__main__":
    unittest.main()
