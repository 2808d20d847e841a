"""seekctl's commands that need no daemon: what they print, how they exit, what hostile input does to them.

usage: local_commands_test.py SEEKCTL
"""

import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}


def seekctl(*arguments, stdin=b"", **options):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([SEEKCTL, *arguments], input=stdin, capture_output=True, timeout=60, env=ENVIRONMENT, **options)
    done.out, done.err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    return done


class Usage(unittest.TestCase):
    def test_every_command_has_help_with_an_example(self):
        commands = re.findall(r"^  ([a-z]+) ", seekctl("--help").out.split("Subcommands:")[1], re.M)
        self.assertEqual(len(commands), 23)
        for command in commands:
            done = seekctl(command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertIn(f"Example:\n  {'' if command != 'tokenize' else 'echo'}", done.out, command)
            self.assertIn(f"seekctl {command}", done.out, command)

    def test_wrong_usage_exits_with_2_and_says_so_on_standard_error(self):
        for arguments in ([], ["nothing"], ["decide"], ["egress"], ["ask"], ["ask", "q", "--fresh", "--offline"], ["robots", "https://a.example/"],
                          ["extract", "--text", "--json"], ["tokenize"], ["config"], ["decide", "--batch", "q"], ["show", "u", "--diff", "1"],
                          ["search", "q", "--top", "0"], ["egress", "https://a.example/", "--resolve", "nonsense"],
                          ["egress", "https://a.example/", "--resolve", "a.example=127.1"]):
            done = seekctl(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.out, "", arguments)
            self.assertNotEqual(done.err, "", arguments)

    def test_the_version_is_printed(self):
        self.assertRegex(seekctl("--version").out, r"^\d+\.\d+\.\d+\n$")

    def test_a_full_disk_is_a_failure(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([SEEKCTL, "config", "show-defaults"], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 1)


class Decide(unittest.TestCase):
    def test_a_question_a_line_gives_a_line_of_json(self):
        done = seekctl("decide", "--batch", stdin="What is 2 + 2?\n\nWeather in Paris today?\n今天北京天气怎么样？")
        lines = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(lines), 4)
        self.assertEqual([line["needs_fresh"] for line in lines][2:], [True, True])
        self.assertEqual(set(lines[0]), {"needs_fresh", "class", "max_age_s", "score", "decided_by", "reasons", "time", "urls",
                                         "sites", "asked_sites", "as_of", "false_premise"})

    def test_the_callers_wish_wins(self):
        def verdict(question, *wish):
            return json.loads(seekctl("decide", "--json", *wish, question).out)
        weather, settled = "What is the weather in Oslo today?", "Who painted Guernica?"
        self.assertTrue(verdict(weather)["needs_fresh"])
        self.assertFalse(verdict(weather, "--offline")["needs_fresh"])
        self.assertTrue(verdict(settled, "--fresh")["needs_fresh"])
        self.assertEqual(verdict(weather, "--max-age", "1d")["max_age_s"], 86400)
        self.assertEqual(verdict(weather, "--max-age", "1d")["decided_by"], "caller")
        self.assertEqual(seekctl("decide", "--fresh", "--offline", settled).returncode, 2)

    def test_the_time_the_sites_and_a_doubtful_premise_are_told(self):
        out = seekctl("decide", "Who is the current king of Germany, according to example.org in 2019?").out
        self.assertIn("time: 2019-01-01T00:00:00Z to 2020-01-01T00:00:00Z", out)
        self.assertIn("site: example.org", out)
        self.assertIn("perhaps a false premise", out)
        self.assertIn("pages as of 2026-03-01T23:59:59Z", seekctl("decide", "What did the page say on 1 March 2026?").out)

    def test_an_answer_comes_before_the_next_question(self):
        with subprocess.Popen([SEEKCTL, "decide", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdin.write(b"Who won yesterday?\n")
            process.stdin.flush()
            self.assertTrue(json.loads(process.stdout.readline())["needs_fresh"])
            process.stdin.close()

    def test_hostile_questions_give_one_line_each(self):
        questions = [b"\xff\xfe\x00", b"x" * 5_000_000, b"\x1b[2J\x07", "\u202e today".encode(), b"\\\"" * 1000]
        done = seekctl("decide", "--batch", stdin=b"\n".join(questions))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len([json.loads(line) for line in done.stdout.splitlines()]), len(questions))


class Egress(unittest.TestCase):
    def verdicts(self, text, *arguments):
        done = seekctl("egress", "--batch", *arguments, stdin=text)
        self.assertEqual(done.returncode, 0, done.err)
        return [line.split("\t") for line in done.out.splitlines()]

    def test_a_line_in_is_a_line_out(self):
        urls = ["https://example.org/a?b=c", "https://127.0.0.1/", "", "not a url", "https://example.org/\tx\x1b[2J", "x" * 100_000]
        verdicts = self.verdicts("\n".join(urls) + "\n")
        self.assertEqual(len(verdicts), len(urls))
        self.assertEqual(verdicts[0], ["allow", "allowed", urls[0]])
        self.assertEqual(verdicts[1][:2], ["deny", "ip_literal"])
        for verdict in verdicts[2:]:
            self.assertEqual(verdict[0], "deny")
            self.assertEqual(len(verdict), 3)

    def test_the_addresses_that_a_name_has_are_judged(self):
        url = "https://example.org/"
        self.assertEqual(self.verdicts(url, "--resolve", "example.org=93.184.215.14")[0][0], "allow")
        for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "93.184.215.14,10.0.0.1"):
            self.assertEqual(self.verdicts(url, "--resolve", f"example.org={address}")[0][:2], ["deny", "address_denied"], address)

    def test_a_denied_url_exits_with_1_and_says_why(self):
        done = seekctl("egress", "https://example.org/", "https://10.0.0.1/")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.out.splitlines()), 2)
        self.assertNotEqual(done.err, "")
        self.assertEqual(seekctl("egress", "https://example.org/").returncode, 0)

    def test_json_holds_the_canonical_url(self):
        line = json.loads(seekctl("egress", "--json", "https://EXAMPLE.org:443/#x").out)
        self.assertEqual((line["verdict"], line["canonical"]), ("allow", "https://example.org/"))

    def test_the_policy_of_a_configuration_is_used(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write('[egress]\ndeny = ["example.org"]\n')
            file.flush()
            self.assertEqual(self.verdicts("https://example.org/", "--config", file.name)[0][:2], ["deny", "host_denied"])


class Extract(unittest.TestCase):
    PAGE = ("<title>T</title><nav>menu</nav><p>The quick brown fox jumps over the lazy dog, twice.</p>"
            "<p hidden>secret</p><a href=/next>next</a>")

    def test_text_is_the_main_content(self):
        done = seekctl("extract", stdin=self.PAGE)
        self.assertEqual(done.returncode, 0)
        self.assertIn("quick brown fox", done.out)
        self.assertNotIn("secret", done.out)

    def test_json_has_blocks_metadata_and_links(self):
        page = json.loads(seekctl("extract", "--json", "https://example.org/a/b", stdin=self.PAGE).out)
        self.assertEqual(page["title"], "T")
        self.assertEqual(page["links"], [{"url": "https://example.org/next", "text": "next"}])
        self.assertEqual(page["blocks"][0]["kind"], "paragraph")

    def test_the_content_type_names_the_charset_or_plain_text(self):
        self.assertIn("你好", seekctl("extract", "--content-type", "text/html; charset=gbk", stdin=b"\xc4\xe3\xba\xc3").out)
        self.assertEqual(seekctl("extract", "--content-type", "text/plain", stdin=b"<b>x</b>").out, "<b>x</b>\n")

    def test_a_feed_has_entries(self):
        feed = (b"<rss><channel><item><title>One\x1b[2J</title><link>/1</link><pubDate>1 Mar 2026 12:00 GMT</pubDate>"
                b"<description>said</description></item></channel></rss>")
        self.assertEqual(seekctl("extract", "--entries", "https://example.org/feed", stdin=feed).out,
                         "https://example.org/1\t2026-03-01T12:00:00Z\tOne [2J\n")
        read = json.loads(seekctl("extract", "--json", "https://example.org/feed", stdin=gzip.compress(feed)).out)
        self.assertEqual((read["kind"], read["entries_total"], read["entries"][0]["url"]), ("feed", 1, "https://example.org/1"))
        self.assertIn("said", seekctl("extract", stdin=feed).out)

    def test_a_type_that_is_no_page_is_refused(self):
        self.assertIn("'image/png'", seekctl("extract", "--content-type", "image/png", stdin=b"x").err)

    def test_control_characters_of_a_page_are_not_printed(self):
        done = seekctl("extract", stdin=b"<p>before \x1b[2J\xc2\x9b after and some more words of text\xe2\x80\xae</p>")
        self.assertFalse(set(done.stdout) & (set(range(32)) - {10}))
        self.assertNotIn("\u202e", done.out)
        self.assertNotIn("\u009b", done.out)

    def test_pages_that_break_parsers_end_with_an_error(self):
        for page in (b"<span>" * 400_000, b"<font><div>" * 60_000, b"<i>" * 300_000, b"<p " + b"a " * 4_000_000, b"x" * (17 << 20)):
            done = seekctl("extract", stdin=page)
            self.assertEqual(done.returncode, 1)
            self.assertIn("seekctl: ", done.err)

    def test_an_empty_page_is_no_error(self):
        self.assertEqual((seekctl("extract").returncode, seekctl("extract").out), (0, ""))

    def test_a_wrong_url_is_refused(self):
        self.assertEqual(seekctl("extract", "nonsense", stdin=self.PAGE).returncode, 1)


class Diff(unittest.TestCase):
    def test_what_changed_is_told_block_by_block(self):
        with tempfile.TemporaryDirectory() as folder:
            old, new = pathlib.Path(folder, "old.html"), pathlib.Path(folder, "new.html")
            same = "<p>This paragraph stays as it is, word for word, in both.</p>"
            old.write_text(same + "<p>The price of the ticket is 12 euros since last May.</p>")
            new.write_text(same + "<p>The price of the ticket is 15 euros since last May.</p>")
            done = seekctl("diff", old, new)
            self.assertEqual(done.returncode, 0, done.err)
            self.assertIn("- The price of the ticket is 12", done.out)
            self.assertIn("+ The price of the ticket is 15", done.out)
            self.assertEqual(json.loads(seekctl("diff", "--json", old, new).out)["kept"], 1)
            self.assertEqual(seekctl("diff", old, pathlib.Path(folder, "none")).returncode, 1)
            self.assertEqual(seekctl("diff", old, folder).returncode, 1)


class Robots(unittest.TestCase):
    def test_the_verdict_is_printed_and_is_the_exit_status(self):
        text = "User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /"
        allowed = seekctl("robots", "--agent", "seekd", "--file", "-", "https://example.org/open", stdin=text)
        self.assertEqual((allowed.returncode, allowed.out), (0, "allow\thttps://example.org/open\n"))
        denied = seekctl("robots", "--agent", "seekd", "--file", "-", "https://example.org/private/x", stdin=text)
        self.assertEqual((denied.returncode, denied.out), (1, "deny\thttps://example.org/private/x\n"))
        self.assertEqual(seekctl("robots", "--agent", "other", "--file", "-", "https://example.org/", stdin=text).returncode, 1)

    def test_a_missing_file_and_a_wrong_url_are_failures(self):
        self.assertEqual(seekctl("robots", "--agent", "a", "--file", "/nonexistent", "https://example.org/").returncode, 1)
        self.assertEqual(seekctl("robots", "--agent", "a", "--file", "-", "ftp://example.org/").returncode, 1)


class Tokenize(unittest.TestCase):
    FOLDER = pathlib.Path("../shared/data/tokenizers")

    def setUp(self):
        if not self.FOLDER.exists():
            self.skipTest(f"{self.FOLDER} is not here")

    def test_ids_and_text_are_each_others_way_back(self):
        model = self.FOLDER / "deepseek_v3"
        text = "Hello, 世界! <｜User｜> \n\n x"
        ids = seekctl("tokenize", "--model", model, stdin=text)
        self.assertRegex(ids.out, r"^\d+( \d+)*\n$")
        self.assertEqual(seekctl("tokenize", "--model", model, "--decode", stdin=ids.out).out, text)

    def test_what_is_no_id_is_refused(self):
        for text in ("x", "-1", "1 2 99999999999999", "1.5"):
            self.assertEqual(seekctl("tokenize", "--model", self.FOLDER / "deepseek_v3", "--decode", stdin=text).returncode, 1, text)

    def test_a_missing_model_is_a_failure(self):
        self.assertEqual(seekctl("tokenize", "--model", "/nonexistent").returncode, 1)


class Configuration(unittest.TestCase):
    def check(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            return seekctl("config", "check", "--config", file.name)

    def test_the_defaults_are_a_valid_configuration(self):
        self.assertEqual(self.check(seekctl("config", "show-defaults").out).returncode, 0)

    def test_a_mistake_is_told_with_its_line(self):
        done = self.check("[daemon]\nsokcet = 'x'\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn(":2:", done.err)

    def test_a_missing_file_is_a_failure(self):
        self.assertEqual(seekctl("config", "check", "--config", "/nonexistent.toml").returncode, 1)


if __name__ == "__main__":
    unittest.main()
