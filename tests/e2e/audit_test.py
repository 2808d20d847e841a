"""The audit log from outside: what stands in it after questions, fetches and refusals; that no edit of it stays unseen; and
that nothing is answered unseen.

usage: audit_test.py BIN_FOLDER
"""

import json
import os
import shutil

import case
import programs
from case import KESTREL, SITE, article

PHONE = "+49 30 901820"


class Audit(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.web.write("/audited.html", article("Kestrel", *KESTREL))
        cls.log = cls.folder / "audit"

    def audit(self, *arguments):
        return self.seekd.ctl("audit", *arguments)

    def records(self):
        exported = self.audit("export")
        self.assertEqual(exported.returncode, 0, exported.stderr)
        return [json.loads(line) for line in exported.stdout.splitlines()]

    def newest(self, **fields):
        """The latest record with these fields, which has to be there."""
        found = [record for record in self.records() if fields.items() <= record.items()]
        self.assertTrue(found, fields)
        return found[-1]

    def test_an_answer_is_recorded_with_its_snapshots_and_without_private_data(self):
        reply = self.answer(f"When was Kestrel 4.2 released? Call me: {PHONE}", urls=[f"{SITE}/audited.html"])
        record = self.newest(path="/v1/chat/completions", status=200)
        self.assertEqual(record["uid"], os.getuid())
        self.assertIn("When was Kestrel 4.2 released?", record["question"])
        self.assertNotIn(PHONE, json.dumps(record))
        snapshot = reply["search_results"][0]["snapshot"]
        self.assertIn((f"{SITE}/audited.html", snapshot["hash"]), [(source["url"], source["snapshot"]) for source in record["sources"]])

    def test_what_is_refused_is_recorded(self):
        self.seekd.fetch("https://169.254.169.254/")
        record = self.newest(path="/seekd/v1/fetch", url="https://169.254.169.254/")
        self.assertNotEqual(record["outcome"], "allowed")
        programs.request(self.seekd.socket, "GET", "/nothing/here")
        self.assertEqual(self.newest(path="/nothing/here")["status"], 404)

    def test_a_decision_about_pages_is_recorded_with_its_reason(self):
        held = self.seekd.ctl("hold", "add", f"{SITE}/audited.html", "--reason", "case 17")
        self.assertEqual(held.returncode, 0, held.stderr)
        self.assertEqual(self.newest(path="/seekd/v1/hold")["reason"], "case 17")

    def test_the_log_verifies_while_it_is_written_and_after_a_kill(self):
        self.assertEqual(self.audit("verify").returncode, 0)
        before = len(self.records())
        self.seekd.kill(self.seekd.seekd)
        (self.folder / "seekd.sock").unlink(missing_ok=True)
        self.seekd.start_seekd()
        verified = self.audit("verify", "--json")
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertGreater(json.loads(verified.stdout)["records"], before)
        self.assertEqual(self.newest(event="started")["version"], self.seekd.ctl("--version").stdout.strip())

    def copy(self):
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.log, copy)
        return copy, sorted(copy.glob("audit-*.log"))[0]

    def assertFound(self, copy, why):
        verified = self.audit("verify", "--folder", str(copy))
        self.assertEqual(verified.returncode, 1, verified.stdout)
        self.assertIn(why, verified.stderr)

    def test_an_edit_a_missing_line_and_a_cut_end_are_found_and_named(self):
        self.answer("What is a kestrel?", disable_search=True)
        for change, why in (
            (lambda lines: [lines[0].replace(b"started", b"stopped"), *lines[1:]], ":1: "),
            (lambda lines: [lines[0], *lines[2:]], "records were taken out"),
            (lambda lines: [lines[1], lines[0], *lines[2:]], "where record 1 should stand"),
            (lambda lines: lines[:-1], "cut off at the end"),
        ):
            copy, file = self.copy()
            file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))
            self.assertFound(copy, why)

    def test_a_log_that_was_written_anew_does_not_hold_a_head_that_was_told_before(self):
        head = json.loads(self.audit("verify", "--json").stdout)["head"]
        self.assertEqual(self.audit("verify", "--head", head).returncode, 0)
        other = head[:-1] + ("0" if head[-1] != "0" else "1")
        self.assertIn("not in this log", self.audit("verify", "--head", other).stderr)
        self.assertIn("audit head ", self.seekd.log("seekd"))

    def test_seekd_does_not_start_over_a_log_that_was_cut(self):
        folder = self.folder / "cut"
        folder.mkdir(exist_ok=True)
        other = programs.Programs(case.BIN, folder, self.web.authority.certificate)
        other.config.write_text(other.config.read_text().replace("127.0.0.1:8017", "127.0.0.1:8018"))
        self.addCleanup(other.stop)
        other.start_seekd()
        other.ask("Anything?", offline=True)
        other.stop()
        file = sorted((folder / "audit").glob("audit-*.log"))[0]
        file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
        with self.assertRaisesRegex(RuntimeError, "is not as seekd left it"):
            other.start_seekd()


if __name__ == "__main__":
    case.main()
