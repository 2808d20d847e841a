"""Watches: pages, feeds and sitemaps that are refreshed by themselves, through restarts and failures.

usage: watch_test.py BIN_FOLDER
"""

import calendar
import json
import time

import case
import network
import programs
from case import KESTREL, SITE, article

PATIENCE = 90  # seconds, for what takes one or two


def feed(*paths):
    """RSS whose entries have no date."""
    items = "".join(f"<item><title>{path}</title><link>{SITE}{path}</link></item>" for path in paths)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>{SITE}</link>{items}</channel></rss>'


def sitemap(*paths):
    urls = "".join(f"<url><loc>{SITE}{path}</loc></url>" for path in paths)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


class Watches(case.Case):
    extra_config = """
[refresh]
interval_min = "1s"
jitter = "0s"
"""

    def call(self, method, path, body=None):
        status, _, reply = programs.request(self.seekd.socket, method, f"/seekd/v1/{path}", body)
        return status, reply

    def watch(self, path, **terms):
        """A new watch, after its first run."""
        status, watch = self.call("POST", "watches", {"url": f"{SITE}{path}", **terms})
        self.assertEqual(status, 200, watch)
        self.addCleanup(self.call, "POST", "watch/remove", {"id": watch["id"]})
        return self.wait_for(watch["id"], lambda now: now["runs"] >= 1)

    def show(self, watch_id):
        status, watch = self.call("GET", f"watch?id={watch_id}")
        self.assertEqual(status, 200, watch)
        return watch

    def wait_for(self, watch_id, condition):
        network.wait_until(lambda: condition(self.show(watch_id)), f"watch {watch_id}", PATIENCE)
        return self.show(watch_id)

    def run_now(self, watch_id):
        status, watch = self.call("POST", "watch/run", {"id": watch_id})
        self.assertEqual(status, 200, watch)
        return watch

    def asks_no_more(self, path, seconds):
        asked = len(self.web.requests(path))
        time.sleep(seconds)
        return len(self.web.requests(path)) == asked

    def write(self, path, text):
        time.sleep(1.1)  # Last-Modified counts seconds
        self.web.write(path, text)

    def test_a_changed_page_is_refreshed_and_the_next_question_needs_no_fetch(self):
        path = "/long/watched.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        watch = self.watch(path, every=1)
        self.assertEqual(watch["history"][-1]["outcome"], "added")
        watch = self.wait_for(watch["id"], lambda now: now["not_modified"] >= 2)
        self.assertEqual(watch["history"][0]["outcome"], "unchanged")
        self.assertEqual(watch["history"][0]["http_status"], 304)

        self.write(path, article("Kestrel", *KESTREL[:2], KESTREL[2].replace("7311", "7999"), KESTREL[3]))
        watch = self.wait_for(watch["id"], lambda now: now["changes"] >= 1)
        self.assertIn("changed", [run["outcome"] for run in watch["history"]])
        self.call("POST", "watch/remove", {"id": watch["id"]})
        asked = len(self.web.requests(path))
        reply = self.answer("Which port does Kestrel use by default?", urls=[f"{SITE}{path}"])
        source, _ = self.assertCited(reply, f"{SITE}{path}")
        self.assertEqual((source["snapshot"]["state"], source["snapshot"]["version"]), ("fresh", 2))
        self.assertIn("7999", json.dumps(self.seekd.page(f"{SITE}{path}", 2)[2]["blocks"]))
        self.assertNotIn("7311", reply["choices"][0]["message"]["content"])
        self.assertEqual(len(self.web.requests(path)), asked)
        self.assertGreaterEqual(len([line for line in self.web.requests(path) if " 304 " in line]), 2)

    def test_a_removed_watch_asks_no_more(self):
        path = "/long/removed.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        watch = self.watch(path, every=1)
        self.wait_for(watch["id"], lambda now: now["runs"] >= 2)
        status, reply = self.call("POST", "watch/remove", {"url": f"{SITE}{path}"})
        self.assertEqual((status, reply["removed"]), (200, True))
        self.assertEqual(self.call("GET", f"watch?id={watch['id']}")[0], 404)
        self.assertEqual(self.call("POST", "watch/remove", {"id": watch["id"]})[0], 404)
        network.wait_until(lambda: self.asks_no_more(path, 3), "what ran to end", PATIENCE)
        self.assertTrue(self.asks_no_more(path, 4))
        self.assertEqual(self.seekd.page(f"{SITE}{path}")[0], 200)

    def test_watches_come_through_a_restart_and_run_once_for_what_they_missed(self):
        path = "/long/restarted.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        watch = self.watch(path, every=3)
        before = self.wait_for(watch["id"], lambda now: now["runs"] >= 2)
        asked = len(self.web.requests(path))
        self.seekd.kill(self.seekd.seekd)
        time.sleep(10)
        self.assertEqual(len(self.web.requests(path)), asked)
        self.seekd.start_seekd()
        after = self.wait_for(watch["id"], lambda now: now["runs"] >= before["runs"] + 2)
        self.assertEqual((after["url"], after["every"], after["rhythm"]), (f"{SITE}{path}", 3, "interval"))
        times = [calendar.timegm(time.strptime(run["at"], "%Y-%m-%dT%H:%M:%SZ")) for run in reversed(after["history"])]
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        self.assertGreaterEqual(max(gaps), 9)
        self.assertGreaterEqual(min(gaps), 3, "what was missed is made up for once, not run by run")
        self.assertEqual(after["history"][-1], before["history"][-1])

        # A stop in order, too; and its number is not given out again.
        self.seekd.seekd.terminate()
        self.assertEqual(self.seekd.seekd.wait(timeout=40), 0)
        self.seekd.start_seekd()
        self.call("POST", "watch/remove", {"id": watch["id"]})
        self.seekd.kill(self.seekd.seekd)
        self.seekd.start_seekd()
        self.assertEqual(self.call("GET", f"watch?id={watch['id']}")[0], 404)
        again = self.watch(path, every=3600)
        self.assertGreater(again["id"], watch["id"])

    def test_a_watch_that_fails_says_why_and_goes_on_when_it_can(self):
        path = "/long/comes-late.html"
        watch = self.watch(path, every=1)
        run = watch["history"][0]
        self.assertEqual((run["outcome"], run["reason"], run["http_status"]), ("failed", "http_error", 404))
        self.assertGreaterEqual(watch["failures_in_row"], 1)
        self.web.write(path, article("Kestrel", *KESTREL))
        watch = self.wait_for(watch["id"], lambda now: now["failures_in_row"] == 0 and now["history"])
        self.assertIn("added", [run["outcome"] for run in watch["history"]])
        self.assertGreaterEqual(watch["failures"], 1)

    def test_the_policy_holds_for_watches(self):
        for url, reason in (("https://metadata.example.org/", "address_denied"), ("https://closed.example.org/", "robots_denied")):
            watch = self.call("POST", "watches", {"url": url, "every": 3600})[1]
            self.addCleanup(self.call, "POST", "watch/remove", {"id": watch["id"]})
            watch = self.wait_for(watch["id"], lambda now: now["runs"] == 1)
            self.assertEqual((watch["history"][0]["outcome"], watch["history"][0]["reason"]), ("failed", reason))

    def test_without_a_fetcher_a_watch_waits_for_it(self):
        path = "/long/no-fetcher.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        watch = self.watch(path, every=3600)
        self.seekd.kill(self.seekd.fetcher)
        try:
            watch = self.run_now(watch["id"])
            self.assertEqual(watch["history"][0]["reason"], "fetcher_unavailable")
        finally:
            self.seekd.start_fetcher()
        watch = self.run_now(watch["id"])
        self.assertEqual(watch["history"][0]["outcome"], "unchanged")
        self.assertEqual(watch["failures_in_row"], 0)

    def test_new_entries_of_a_feed_are_fetched_so_many_in_a_run_and_none_twice(self):
        paths = [f"/long/entry{n}.html" for n in range(5)]
        for n, path in enumerate(paths):
            self.web.write(path, article(f"Entry {n}", f"The {n}th entry speaks of herons.", *KESTREL))
        self.web.write("/long/feed.xml", feed(*paths[:4], "/long/absent.html", "/secret/entry.html"))
        self.web.write("/secret/entry.html", article("Secret", *KESTREL))
        watch = self.watch("/long/feed.xml", every=3600, entries_max=3)
        self.assertEqual(watch["kind"], "feed")
        self.assertEqual(watch["history"][0]["entries_fetched"], 3)
        self.assertEqual(watch["entries_left"], 3)
        # The server confirms the feed; what was left is fetched all the same, what gives no page is given up.
        watch = self.run_now(watch["id"])
        self.assertEqual(watch["history"][0]["http_status"], 304)
        self.assertEqual((watch["history"][0]["entries_fetched"], watch["history"][0]["entries_failed"]), (1, 2))
        self.assertEqual(watch["entries_left"], 0)
        for path in paths[:4]:
            self.assertEqual(self.seekd.page(f"{SITE}{path}")[0], 200, path)
        counted = [len(self.web.requests(path)) for path in paths[:4]]
        self.assertEqual(counted, [1, 1, 1, 1])

        # One entry more, and it alone is fetched.
        self.write("/long/feed.xml", feed(*paths, "/long/absent.html", "/secret/entry.html"))
        watch = self.run_now(watch["id"])
        self.assertEqual(watch["history"][0]["outcome"], "changed")
        self.assertEqual((watch["history"][0]["entries_fetched"], watch["history"][0]["entries_failed"]), (1, 0))
        self.assertEqual(len(self.web.requests(paths[4])), 1)
        self.assertEqual([len(self.web.requests(path)) for path in paths[:4]], counted)
        self.assertEqual(len(self.web.requests("/long/absent.html")), 1)
        reply = self.answer("Which entry speaks of herons?")
        self.assertTrue(reply["search_results"])

    def test_a_sitemap_index_leads_to_pages(self):
        for name in ("a", "b"):
            self.web.write(f"/long/{name}.html", article(name, *KESTREL))
        self.web.write("/long/part.xml", sitemap("/long/a.html", "/long/b.html"))
        self.web.write("/long/index.xml", '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
                       f"<sitemap><loc>{SITE}/long/part.xml</loc></sitemap></sitemapindex>")
        watch = self.watch("/long/index.xml", every=3600)
        self.assertEqual((watch["kind"], watch["history"][0]["entries_fetched"]), ("sitemap_index", 3))
        self.assertEqual([self.seekd.page(f"{SITE}/long/{name}.html")[0] for name in ("a", "b")], [200, 200])

    def test_wrong_watches_are_refused_by_the_field_s_name(self):
        url = f"{SITE}/long/any.html"
        for body, param in (({}, "url"), ({"url": "no url"}, "url"), ({"url": url, "calendar": "every day"}, "calendar"),
                            ({"url": url, "calendar": "2020-01-01"}, "calendar"), ({"url": url, "every": 0}, "every"),
                            ({"url": url, "every": 60, "calendar": "daily"}, "every"), ({"url": url, "entries_max": -1}, "entries_max"),
                            ({"url": url, "evry": 60}, "evry")):
            status, reply = self.call("POST", "watches", body)
            self.assertEqual((status, reply["error"]["param"]), (400, param), body)
        for path in ("watch", "watch?id=0", "watch?id=x", "watch?id=1&url=y"):
            self.assertIn(self.call("GET", path)[0], (400, 404), path)
        self.assertEqual(self.call("POST", "watch/run", {"id": 999_999})[0], 404)
        self.assertEqual(self.call("POST", "watch/run", {})[0], 400)

    def test_seekctl_adds_shows_runs_and_removes(self):
        path = "/long/by-hand.html"
        url = f"{SITE}{path}"
        self.web.write(path, article("Kestrel", *KESTREL))
        added = self.seekd.ctl("watch", "add", url, "--calendar", "Mon..Fri 06:00", "--json")
        self.assertEqual(added.returncode, 0, added.stderr)
        watch = json.loads(added.stdout)
        self.assertEqual((watch["calendar"], watch["rhythm"]), ("Mon..Fri 06:00", "calendar"))
        watch = self.wait_for(watch["id"], lambda now: now["runs"] == 1)
        self.assertRegex(watch["due"], r"T06:00:00Z$")
        run = self.seekd.ctl("watch", "run-now", str(watch["id"]))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("unchanged", run.stdout)
        self.assertIn("1 not modified (304)", run.stdout)
        listed = self.seekd.ctl("watch", "list")
        self.assertIn(url, listed.stdout)
        self.assertIn("watches", listed.stdout)
        self.assertIn("Mon..Fri 06:00", self.seekd.ctl("watch", "show", url).stdout)
        changed = self.seekd.ctl("watch", "add", url, "--every", "6h")
        self.assertIn("every 6h", changed.stdout)
        self.assertIn("refresh", self.seekd.ctl("status").stdout)
        removed = self.seekd.ctl("watch", "remove", url)
        self.assertEqual(removed.returncode, 0, removed.stderr)
        gone = self.seekd.ctl("watch", "show", url)
        self.assertEqual(gone.returncode, 1)
        self.assertIn(url, gone.stderr)
        for wrong in (["add", url, "--every", "soon"], ["add", url, "--calendar", "25:00"]):
            self.assertEqual(self.seekd.ctl("watch", *wrong).returncode, 1, wrong)
        self.assertEqual(self.seekd.ctl("watch", "add", url, "--every", "1h", "--calendar", "daily").returncode, 2)
        moments = self.seekd.ctl("watch", "next", "Mon..Fri 06:00", "--after", "2026-03-06T12:00:00Z", "--count", "2")
        self.assertEqual(moments.stdout.split(), ["2026-03-09T06:00:00Z", "2026-03-10T06:00:00Z"])
        self.assertEqual(self.seekd.ctl("watch", "next", "2020-01-01").returncode, 1)

    def test_runs_are_counted_in_the_metrics(self):
        path = "/long/counted.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        of = lambda samples, name, *labels: samples.get(name, {}).get(tuple(labels), 0)
        before = self.seekd.metrics()
        watch = self.watch(path, every=3600)
        self.run_now(watch["id"])
        after = self.seekd.metrics()
        for outcome in ("added", "unchanged"):
            self.assertEqual(of(after, "seekd_refreshes_total", ("outcome", outcome))
                             - of(before, "seekd_refreshes_total", ("outcome", outcome)), 1, outcome)
        self.assertEqual(of(after, "seekd_page_fetches_total", ("by", "watch"))
                         - of(before, "seekd_page_fetches_total", ("by", "watch")), 2)
        self.assertEqual(of(after, "seekd_watches"), 1)
        self.assertEqual(of(after, "seekd_refresh_pages_today") - of(before, "seekd_refresh_pages_today"), 2)
        self.assertGreater(of(after, "seekd_refresh_bytes_today"), 300)
        self.assertEqual(of(after, "seekd_watches_failing"), 0)


if __name__ == "__main__":
    case.main()
