"""The memory under blows, encrypted: kills while pages are fetched and served, and tables that the disk has turned bits in.

usage: at_rest_test.py BIN_FOLDER
"""

import itertools
import json
import os
import random
import re
import threading
import time

import case
import network
import programs
from case import KESTREL, SITE, article

KILLS = int(os.environ.get("SEEKD_KILLS", "6"))
PAGES = 40


def plain_size(table):
    """Of a table's frames: 4096 bytes and a tag of 16 each, after a header of 64."""
    frames, rest = divmod(table.stat().st_size - 64, 4096 + 16)
    return frames * 4096 + rest - 16


class Encrypted(case.Case):
    @classmethod
    def programs(cls, extra=""):
        key = cls.folder / "cache.key"
        key.write_bytes(os.urandom(32))
        key.chmod(0o400)
        made = super().programs(extra)
        made.config.write_text(made.config.read_text().replace('[cache]\n', f'[cache]\nkey_file = "{key}"\n'))
        return made


class Killed(Encrypted):
    def fetch_on(self, round_number, stop, acknowledged):
        """Page after page, each in a new edition, until seekd is gone."""
        for number in itertools.count():
            if stop.is_set():
                return
            path = f"/long/page{number % PAGES}.html"
            self.web.write(path, article(f"Page {number % PAGES}", *KESTREL, f"Edition {round_number}.{number} of the manual."))
            try:
                if self.seekd.fetch(SITE + path)["outcome"] == "page":
                    acknowledged[SITE + path] = (round_number, number)
                programs.request(self.seekd.socket, "POST", "/seekd/v1/search", {"query": "Kestrel release", "mode": "lexical"})
            except (OSError, ValueError, KeyError, programs.http.client.HTTPException):
                return

    def edition_of(self, url):
        status, _, page = self.seekd.page(url)
        self.assertEqual(status, 200, url)
        found = re.search(r"Edition (\d+)\.(\d+) of", " ".join(block["text"] for block in page["blocks"]))
        return tuple(int(part) for part in found.groups())

    def test_kills_while_it_fetches_and_serves_lose_no_stored_page(self):
        acknowledged = {}  # URL: the edition that seekd said it had stored
        chosen = random.Random(20261122)
        for round_number in range(KILLS):
            stop = threading.Event()
            fresh = {}
            fetching = threading.Thread(target=self.fetch_on, args=(round_number, stop, fresh))
            fetching.start()
            network.wait_until(lambda: fresh or not fetching.is_alive(), "a page to be stored")
            time.sleep(chosen.random())
            self.seekd.kill(self.seekd.seekd)
            stop.set()
            fetching.join()
            acknowledged.update(fresh)
            self.seekd.start_seekd()
            for url, edition in acknowledged.items():
                self.assertGreaterEqual(self.edition_of(url), edition, url)
            verified = self.seekd.ctl("cache", "verify")
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertGreater(len(acknowledged), 1)

    def test_what_a_page_says_is_in_no_file(self):
        self.web.write("/long/secret.html", article("Kestrel", *KESTREL, "The code name is quetzalcoatlus."))
        self.seekd.fetch(f"{SITE}/long/secret.html")
        self.assertEqual(self.seekd.ctl("cache", "compact").returncode, 0)
        self.seekd.kill(self.seekd.seekd)
        for file in (self.folder / "cache").rglob("*"):
            for word in (b"quetzalcoatlus", b"/long/secret.html", b"Kestrel"):
                self.assertNotIn(word, file.read_bytes(), file)
        self.seekd.start_seekd()


class Damaged(Encrypted):
    def test_a_page_whose_table_is_damaged_is_fetched_again_and_never_served_wrong(self):
        urls = []
        for number in range(60):
            lines = (f"Line {line}: " + os.urandom(200).hex() for line in range(20))
            self.web.write(f"/long/damaged{number}.html", article(f"Damaged {number}", *KESTREL, *lines))
            urls.append(f"{SITE}/long/damaged{number}.html")
            self.assertEqual(self.seekd.fetch(urls[-1])["outcome"], "page")
        whole = {url: self.seekd.page(url)[2]["blocks"] for url in urls}
        self.assertEqual(self.seekd.ctl("cache", "compact").returncode, 0)
        blocks = json.loads(self.seekd.ctl("cache", "stats", "--json").stdout)["families"]["blocks"]["bytes"]
        table = next(file for file in (self.folder / "cache").glob("*.sst") if plain_size(file) == blocks)
        self.seekd.seekd.terminate()
        self.seekd.seekd.wait(timeout=60)
        damaged = bytearray(table.read_bytes())
        for place in range(len(damaged) // 10, len(damaged) * 9 // 10, 20_000):
            damaged[place] ^= 0x10
        table.write_bytes(damaged)
        self.seekd.start_seekd()
        unreadable = 0
        for url in urls:
            status, _, page = self.seekd.page(url)
            if status == 200:
                self.assertEqual(page["blocks"], whole[url])
                continue
            unreadable += 1
            self.assertEqual(status, 500, page)
            self.assertEqual(self.seekd.fetch(url)["outcome"], "page", url)
            status, _, page = self.seekd.page(url)
            self.assertEqual((status, page["blocks"]), (200, whole[url]))
        self.assertGreater(unreadable, 0)


if __name__ == "__main__":
    case.main()
