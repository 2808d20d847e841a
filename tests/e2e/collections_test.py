"""Files and folders in collections: imported, asked about, cited, read by their readers alone; and folders that mean harm.

usage: collections_test.py BIN_FOLDER
"""

import http.client
import json
import os
import pathlib
import unittest

import case
import programs

READER, STRANGER = 1001, 1002
COLLECTIONS = f"""
[[collection]]
name = "handbook"
readers = ["everyone"]
[[collection]]
name = "vault"
readers = ["uid:{READER}", "uid:0"]
[[collection]]
name = "tree"
readers = ["everyone"]
"""
VAULT = ("The vault of the Harbour Foundation opens with the word abracadabra. The word is changed on the first day of each "
         "month by the keeper of the keys, who writes it into the red book.")


def pdf(text):
    """A PDF of one page, with one line of text and its own cross references."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
               b"/Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def as_account(uid, path, method, target, body=None):
    """(status, parsed reply) of a request by another account: by a child that becomes it before it connects."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            status, _, reply = programs.request(path, method, target, body)
            os.write(theirs, json.dumps([status, reply]).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


class Collections(case.Case):
    extra_config = COLLECTIONS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder.chmod(0o755)
        cls.seekd.socket.chmod(0o666)

    def setUp(self):
        self.files = self.folder / self._testMethodName
        self.files.mkdir()

    def write(self, name, content):
        file = self.files / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def imported(self, collection, *arguments, status=0):
        """The summary of an import."""
        done = self.seekd.ctl("import", "--json", "--collection", collection, *[str(a) for a in arguments])
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout), done.stderr

    def search(self, query, **fields):
        return programs.request(self.seekd.socket, "POST", "/seekd/v1/search", {"query": query, **fields})[2]["passages"]

    def test_a_folder_with_one_file_of_each_kind_is_asked_about_and_its_files_are_cited(self):
        self.write("guide/vpn.md", "# Remote access\n\nThe VPN server of the office is called heron. It listens on port 4500.")
        self.write("guide/page.html", "<title>Canteen</title><main><h1>Canteen</h1><p>The canteen serves soup on Wednesdays "
                   "from noon until two o'clock, in the hall on the second floor.</p></main>")
        self.write("guide/latin.htm", "<meta charset=iso-8859-1><p>Die Bücherei schließt um fünf Uhr.".encode("latin-1"))
        self.write("guide/notes.txt", "The printer on the third floor is named kingfisher.\n\nIt takes paper of size A3.")
        self.write("guide/policy.pdf", pdf("Travel expenses are paid back within fourteen days."))
        self.write("guide/more.jsonl", '{"url": "https://wiki.example.org/badge", "title": "Badges", "text": "Lost badges '
                   'are replaced by the porter at gate seven."}\n')
        summary, _ = self.imported("handbook", self.files / "guide")
        self.assertEqual((summary["added"], summary["failed"], summary["skipped"]), (6, [], {}))
        question = "Which port does the VPN server of the office listen on?"
        reply = self.answer(question)
        address = "collection:handbook/guide/vpn.md"
        source, cited = self.assertCited(reply, address)
        self.assertEqual((source["source"], source["snapshot"]["state"]), ("handbook", "fresh"))
        self.assertIn("4500", cited)
        for query, place in (("canteen soup", "guide/page.html"), ("Bücherei", "guide/latin.htm"), ("printer", "guide/notes.txt"),
                             ("travel expenses", "guide/policy.pdf"), ("badges porter", "https://wiki.example.org/badge")):
            self.assertEqual(self.search(query, top=1)[0]["url"], f"collection:handbook/{place}")
        told = self.seekd.ctl("ask", "--no-stream", "--collection", "handbook", question)
        self.assertIn(address, told.stdout + told.stderr)

    def test_an_import_again_reads_what_has_changed_and_prunes_what_has_gone(self):
        self.write("tree/a.md", "The heron stands still.")
        gone = self.write("tree/b.md", "The kestrel hovers.")
        summary, _ = self.imported("tree", self.files / "tree")
        self.assertEqual(summary["added"], 2)
        before = self.seekd.page("collection:tree/tree/a.md")[2]
        summary, _ = self.imported("tree", self.files / "tree")
        self.assertEqual((summary["unchanged"], summary["changed"]), (2, 0))
        self.write("tree/a.md", "The heron flies away over the reeds.")
        gone.unlink()
        summary, _ = self.imported("tree", self.files / "tree")
        self.assertEqual((summary["changed"], summary["removed"]), (1, 0))
        self.assertEqual(self.seekd.page("collection:tree/tree/b.md")[0], 200)
        summary, _ = self.imported("tree", "--prune", self.files / "tree")
        self.assertEqual((summary["unchanged"], summary["removed"]), (1, 1))
        self.assertEqual(self.seekd.page("collection:tree/tree/b.md")[0], 404)
        self.assertEqual(self.seekd.page("collection:tree/tree/a.md")[2]["version"], before["version"] + 1)
        self.assertEqual(self.search("kestrel hovers", mode="lexical", collections=["tree"]), [])

    def test_files_that_mean_harm_fail_alone_and_are_named(self):
        self.write("bad/good.txt", "The good file says that the bittern booms at dusk.")
        self.write("bad/broken.pdf", pdf("x")[:200] + os.urandom(4000))
        self.write("bad/program.md", b"\x7fELF" + bytes(200))
        self.write("bad/deep.html", "<div>" * 200_000 + "x")
        sparse = self.write("bad/sparse.txt", "")
        os.truncate(sparse, 1 << 30)
        (self.files / "bad/round").symlink_to(self.files / "bad", target_is_directory=True)
        (self.files / "bad/passwd").symlink_to("/etc/passwd")
        os.mkfifo(self.files / "bad/pipe")
        done = self.seekd.ctl("import", "--json", "--collection", "handbook", self.files / "bad")
        summary = json.loads(done.stdout)
        self.assertEqual(summary["added"], 1, summary)
        self.assertEqual(summary["skipped"]["symbolic_link"], 2)
        self.assertEqual(summary["skipped"]["too_large"], 1)
        self.assertEqual(summary["skipped"]["not_a_file"], 1)
        left = {pathlib.Path(failure["file"]).name for failure in summary["failed"]}
        self.assertLessEqual(left, {"broken.pdf", "deep.html"})
        self.assertEqual(len(left) + summary["skipped"].get("not_readable", 0), 3, summary)
        self.assertEqual(done.returncode, 1 if left else 0)
        self.assertEqual(self.search("bittern booms", top=1)[0]["url"], "collection:handbook/bad/good.txt")
        self.assertEqual(self.search("root bin bash nologin", mode="lexical", collections=["handbook"]), [])

    def test_a_collection_that_is_not_configured_is_not_imported_into_and_the_remedy_is_told(self):
        file = self.write("x.md", "text")
        done = self.seekd.ctl("import", "--collection", "absent", str(file))
        self.assertEqual(done.returncode, 1)
        self.assertIn("[[collection]]", done.stderr)
        self.assertEqual(self.seekd.ctl("import", str(file)).returncode, 2)
        self.assertEqual(self.seekd.ctl("import").returncode, 2)

    def test_queries_a_line_are_answered_a_line_each_in_their_order(self):
        self.write("birds/owl.txt", "The owl hunts by night.")
        self.write("birds/swift.txt", "The swift sleeps on the wing.")
        self.imported("tree", self.files / "birds")
        queries = ["owl night", "x" * 9000, "swift wing", ""] * 5
        done = self.seekd.ctl("search", "--batch", "--top", "1", "--collection", "tree", input="\n".join(queries) + "\n")
        self.assertEqual(done.returncode, 1)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(lines), len(queries))
        for number, line in enumerate(lines):
            place = {0: "owl.txt", 2: "swift.txt"}.get(number % 4)
            if place:
                self.assertEqual(line["passages"][0]["url"], f"collection:tree/birds/{place}")
            else:
                self.assertEqual(("error" in line, line.get("passages", [])), (number % 4 == 1, []))
        good = self.seekd.ctl("search", "--batch", "--collection", "tree", input="owl\n")
        self.assertEqual(good.returncode, 0, good.stderr)

    @unittest.skipIf(os.geteuid() != 0 or os.getuid() != 0 or pathlib.Path("/proc/self/uid_map").read_text().split()[2] == "1",
                     "nobody can be another account here")
    def test_readers_alone_find_ask_and_share_what_was_computed(self):
        self.write("secret.txt", VAULT)
        self.imported("vault", self.files / "secret.txt")
        ask = {"messages": [{"role": "user", "content": "Which word opens the vault of the Harbour Foundation?"}]}
        lengths = iter(range(40, 60))  # of each its own: no answer is given again

        def asked(uid, *collections):
            body = {**ask, "max_tokens": next(lengths), **({"collections": collections} if collections else {})}
            status, reply = as_account(uid, self.seekd.socket, "POST", "/v1/chat/completions", body)
            self.assertEqual(status, 200, reply)
            return reply["search_results"], reply["usage"]["prompt_tokens_details"]["cached_tokens"]

        found, _ = asked(READER, "vault", "web")
        self.assertEqual([result["url"] for result in found], ["collection:vault/secret.txt"])
        self.assertGreater(asked(READER, "vault", "web")[1], 0)
        self.assertNotIn("vault/secret.txt", json.dumps(asked(STRANGER)))
        # The same words on the web make the same prompt: its time must not tell that readers have asked it.
        page = {"url": "https://guess.example.org/", "title": "secret.txt", "text": VAULT}
        self.assertEqual(programs.request(self.seekd.socket, "POST", "/seekd/v1/import", page)[0], 200)
        found, cached = asked(STRANGER, "web")
        self.assertEqual([result["url"] for result in found], ["https://guess.example.org/"])
        shared = asked(STRANGER, "web")[1]
        self.assertLess(cached, shared // 2)
        # Over HTTP nobody is known.
        connection = http.client.HTTPConnection("127.0.0.1", 8017, timeout=60)
        connection.request("POST", "/seekd/v1/search", json.dumps({"query": "vault", "collections": ["vault"]}))
        self.assertEqual(connection.getresponse().status, 404)
        connection.close()


if __name__ == "__main__":
    case.main()
