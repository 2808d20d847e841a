"""The written policy as seekd-fetcher keeps it towards real servers: what a site's table says, and reloads.

usage: policy_peers_test.py BIN_FOLDER
"""

import concurrent.futures
import gzip
import json
import signal
import threading
import time
import unittest

import door
import peers
from door import ARTICLE, Case, whole


class PolicyCase(Case):
    """Brings policies into force as an administrator does: a drop-in, and SIGHUP."""

    def tearDown(self):
        self.assertEqual(self.bring(""), "")

    def bring(self, text):
        """Answers the error of the reload, "" where there was none."""
        folder = self.fetcher.folder / "seekd.toml.d"
        folder.mkdir(exist_ok=True)
        new = folder / ".10-test.toml.new"
        new.write_text(text)
        new.rename(folder / "10-test.toml")
        return self.reload()

    def reload(self):
        before = self.fetcher.status()["policy"]["reloads"]
        self.fetcher.process.send_signal(signal.SIGHUP)
        peers.wait_until(lambda: self.fetcher.status()["policy"]["reloads"] == before + 1, "the reload")
        return self.fetcher.status()["policy"]["last_error"]

    def bring_site(self, host, *keys):
        self.assertEqual(self.bring("\n".join(["[[egress.site]]", f'host = "{host}"', *keys, ""])), "")

    def page_of(self, host):
        """The URL of a page that stands on every host."""
        return self.serve(whole(ARTICLE)).replace("docs.example.org", host)


class Sites(PolicyCase):
    EXTRA = "workers_max = 16"

    def asked_for(self, host):
        return [request for request in self.web.requests if request.headers["host"].startswith(host)]

    def test_a_site_is_told_its_own_user_agent_and_robots_rules_are_those_of_that_name(self):
        public = self.page_of("picky.example.org")
        self.assertPage(public)
        self.bring_site("picky.example.org", 'user_agent = "library-bot/2 (+https://example.org/bot)"')
        self.assertRefused(public, "robots_denied")
        self.assertEqual(self.asked_for("picky.")[-1].headers["user-agent"], "library-bot/2 (+https://example.org/bot)")
        self.assertPage(self.page_of("docs.example.org"))
        self.assertEqual(self.asked_for("docs.")[-1].headers["user-agent"], "seekd/0.1")

    def test_a_sites_interval_is_kept(self):
        self.assertPage(self.page_of("docs.example.org"))
        self.bring_site("docs.example.org", 'interval = "500ms"')
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            replies = pool.map(self.fetcher.fetch, [self.page_of("docs.example.org") for _ in range(3)])
            self.assertEqual([reply["outcome"] for reply in replies], ["page"] * 3)
        self.assertGreaterEqual(time.monotonic() - begun, 1.0)

    def test_no_other_host_waits_for_a_sites_interval(self):
        self.assertPage(self.page_of("docs.example.org"))
        self.bring_site("docs.example.org", 'interval = "25s"')
        self.assertPage(self.page_of("docs.example.org"))
        slow = self.page_of("docs.example.org")
        waiting = door.UnixConnection(self.fetcher.socket)
        waiting.request("POST", "/fetch", json.dumps({"url": slow, "provenance": "user"}))
        peers.wait_until(lambda: self.fetcher.status()["pages_waiting"] == 1, "the wait for its turn")
        for _ in range(3):
            self.assertPage(self.page_of("other.example.org"))
        self.assertEqual(self.web.requested(slow[len(self.base):]), [])
        waiting.close()
        peers.wait_until(lambda: self.fetcher.status()["pages_waiting"] == 0, "the end of the wait")

    def test_who_could_not_be_served_in_time_is_told_when_to_come_back(self):
        self.assertPage(self.page_of("docs.example.org"))
        self.bring_site("docs.example.org", 'interval = "1000s"')
        self.assertPage(self.page_of("docs.example.org"))
        reply = self.assertRefused(self.page_of("docs.example.org"), "rate_limited")
        self.assertIn("wait for their turn", reply["message"])  # said at once, not at the end of its time
        self.assertTrue(900 <= reply["retry_after"] <= 1000, reply)
        self.assertPage(self.page_of("other.example.org"))

    def test_a_sites_concurrency_is_kept(self):
        running, most = [], []

        def count(_, connection):
            running.append(1)
            most.append(len(running))
            if len(running) == concurrency:
                all_there.set()
            all_there.wait(20)
            time.sleep(0.05)  # for one more, which must not come
            running.pop()
            connection.sendall(whole(ARTICLE))
        for concurrency in (1, 4):
            self.bring_site("docs.example.org", f"concurrency = {concurrency}")
            all_there = threading.Event()
            most.clear()
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for reply in pool.map(self.fetcher.fetch, [self.serve(count) for _ in range(8)]):
                    self.assertEqual(reply["outcome"], "page")
            self.assertEqual(max(most), concurrency)

    def test_a_slow_host_holds_up_nobody_else(self):
        ended = threading.Event()
        self.bring_site("docs.example.org", "concurrency = 16")
        self.assertPage(self.page_of("other.example.org"))
        urls = [self.serve(lambda _, connection: ended.wait(20) and connection.sendall(whole(ARTICLE))) for _ in range(60)]
        with concurrent.futures.ThreadPoolExecutor(60) as pool:
            slow = [pool.submit(self.fetcher.fetch, url) for url in urls]
            peers.wait_until(lambda: self.fetcher.status()["pages_in_progress"] == 15, "the slow host's pages")
            for _ in range(5):
                self.assertPage(self.page_of("other.example.org"))
            self.assertFalse(any(future.done() for future in slow))
            ended.set()
            self.assertEqual({future.result()["outcome"] for future in slow}, {"page"})

    def test_outside_its_hours_a_site_is_not_even_asked_for_its_robots(self):
        def clock(hours):
            return time.strftime("%H:%M", time.gmtime(time.time() + hours * 3600))
        url = self.page_of("years.example.org")
        self.bring_site("years.example.org", f'hours = "{clock(2)}-{clock(3)} UTC"')
        reply = self.assertRefused(url, "outside_hours")
        self.assertTrue(3600 < reply["retry_after"] <= 7200, reply)
        self.assertEqual(self.asked_for("years."), [])
        self.bring_site("years.example.org", f'hours = "{clock(2)}-{clock(3)} +02:30"')  # half an hour ago until in half an hour
        self.assertPage(url)

    def test_robots_may_be_put_aside_for_a_written_reason(self):
        url = self.page_of("closed.example.org")
        self.assertRefused(url, "robots_denied")
        self.bring_site("closed.example.org", "robots = false", 'robots_reason = "our own server"')
        self.assertPage(url)
        self.assertIn('robots.txt is not asked ("our own server")', self.fetcher.log.read_text())

    def test_what_robots_asks_for_between_two_pages_is_kept(self):
        door.ROBOTS["pausing.example.org"] = (200, b"User-agent: *\nCrawl-delay: 0.6\n")
        begun = time.monotonic()
        self.assertPage(self.page_of("pausing.example.org"))
        self.assertPage(self.page_of("pausing.example.org"))
        self.assertGreaterEqual(time.monotonic() - begun, 0.6)

    def test_a_site_that_asks_for_a_pause_has_its_first_page_without_one(self):
        door.ROBOTS["patient.example.org"] = (200, b"User-agent: *\nCrawl-delay: 60\n")
        self.assertPage(self.page_of("patient.example.org"))
        self.assertRefused(self.page_of("patient.example.org"), "rate_limited")

    def test_a_sites_sizes_hold_for_it_alone(self):
        url = self.serve(whole(ARTICLE * 10))
        self.bring_site("docs.example.org", 'wire_bytes_max = "2KiB"')
        self.assertRefused(url, "body_too_large")
        self.assertPage(url.replace("docs.", "other."))
        packed = self.serve(whole(gzip.compress(ARTICLE * 10), "Content-Encoding: gzip"))
        self.assertPage(packed)
        self.bring_site("docs.example.org", 'decoded_bytes_max = "2KiB"')
        self.assertRefused(packed, "body_too_large")

    def test_a_sites_types_hold_for_it_alone(self):
        page, text = self.serve(whole(ARTICLE)), self.serve(whole(b"released on a Tuesday", kind="Text/Plain; charset=utf-8"))
        self.bring_site("docs.example.org", 'content_types = ["text/plain"]')
        self.assertRefused(page, "content_type_denied")
        self.assertPage(text)
        self.assertPage(page.replace("docs.", "other."))


class Reload(PolicyCase):
    def test_a_new_policy_is_in_force_and_the_next_one_too(self):
        url = self.page_of("docs.example.org")
        self.assertPage(url)
        self.assertEqual(self.bring('[egress]\ndeny = ["docs.example.org"]\n'), "")
        self.assertRefused(url, "host_denied")
        self.assertEqual(self.bring(""), "")
        self.assertPage(url)

    def test_a_wrong_file_keeps_the_policy_and_says_so(self):
        url = self.page_of("docs.example.org")
        self.bring('[egress]\ndeny = ["other.example.org"]\n')
        for wrong in ('[egress]\ndeny = ["docs.example.org"\n', '[egress]\ndney = []\n', "\0", '[egress]\ndeny = ["10.0.0.1"]\n'):
            error = self.bring(wrong)
            self.assertRegex(error, r"10-test\.toml:\d+: ")
            self.assertIn(error, self.fetcher.log.read_text())
            self.assertPage(url)
            self.assertRefused(self.url("other.example.org"), "host_denied")

    def test_the_file_itself_may_be_replaced_and_may_be_gone(self):
        config = self.fetcher.config
        before = config.read_text()
        new = config.with_suffix(".new")
        new.write_text(before.replace("[egress]\n", '[egress]\ndeny = ["docs.example.org"]\n'))
        new.rename(config)
        self.assertEqual(self.reload(), "")
        self.assertRefused(self.url("docs.example.org"), "host_denied")
        config.unlink()
        self.assertIn("no such file", self.reload())
        self.assertRefused(self.url("docs.example.org"), "host_denied")
        config.write_text(before)
        self.assertEqual(self.reload(), "")
        self.assertPage(self.page_of("docs.example.org"))

    def test_a_fetch_ends_under_the_policy_that_it_began_with(self):
        denied = threading.Event()
        target = self.serve(whole(ARTICLE))

        def redirect(_, connection):
            denied.wait(20)
            connection.sendall(whole(b"", f"Location: {target}", status=302))
        start = self.serve(redirect)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            running = pool.submit(self.fetcher.fetch, start)
            peers.wait_until(lambda: self.web.requested(start[len(self.base):]), "the request")
            self.bring('[egress]\ndeny = ["docs.example.org"]\n')
            self.assertRefused(target, "host_denied")
            denied.set()
            self.assertEqual(running.result()["outcome"], "page")

    def test_no_request_is_lost_over_many_reloads(self):
        urls = [self.serve(whole(ARTICLE)) for _ in range(150)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            replies = [pool.submit(self.fetcher.fetch, url) for url in urls]
            for number in range(30):
                self.bring(f'[[egress.site]]\nhost = "docs.example.org"\nconcurrency = {number % 4 + 1}\n')
            self.assertEqual({reply.result()["outcome"] for reply in replies}, {"page"})

    def test_a_port_that_was_not_open_at_the_start_needs_a_restart(self):
        self.assertIn("restart", self.bring('[egress]\nallow = [".", "docs.example.org:1"]\n'))
        self.assertPage(self.page_of("docs.example.org"))

    def test_a_changed_fetcher_section_is_told_to_need_a_restart(self):
        self.assertEqual(self.bring('[fetcher]\nuser_agent = "other/1"\n'), "")
        self.assertTrue(self.fetcher.status()["policy"]["restart_needed"])
        self.assertIn("takes effect when seekd-fetcher is restarted", self.fetcher.log.read_text())


if __name__ == "__main__":
    unittest.main()
