"""GET /metrics from outside: its format by Prometheus' own parser, and values before and after real questions.

usage: metrics_test.py BIN_FOLDER
"""

import json
import os
import pathlib
import re
import time

import case
from case import KESTREL, SITE, article

OPERATIONS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operations"
NAMES = re.compile(r"\b(?:vllm:|seekd_|process_)\w+")
# What dashboards made for vLLM read.
VLLM = {
    "vllm:num_requests_running": "gauge", "vllm:num_requests_waiting": "gauge", "vllm:kv_cache_usage_perc": "gauge",
    "vllm:prefix_cache_queries": "counter", "vllm:prefix_cache_hits": "counter",
    "vllm:time_to_first_token_seconds": "histogram", "vllm:inter_token_latency_seconds": "histogram",
    "vllm:e2e_request_latency_seconds": "histogram", "vllm:request_queue_time_seconds": "histogram",
    "vllm:generation_tokens": "counter", "vllm:prompt_tokens": "counter",
    "vllm:spec_decode_num_drafts": "counter", "vllm:spec_decode_num_draft_tokens": "counter", "vllm:spec_decode_num_accepted_tokens": "counter",
}


class Metrics(case.Case):
    def value(self, samples, name, **labels):
        """The sum over the series of that name whose labels include these; 0 where there is none."""
        return sum(value for found, value in samples.get(name, {}).items() if labels.items() <= dict(found).items())

    def grown(self, before, after, name, **labels):
        return self.value(after, name, **labels) - self.value(before, name, **labels)

    def test_the_text_is_what_prometheus_reads_and_follows_its_rules_for_names(self):
        self.answer("What is a kestrel?", disable_search=True)
        families = self.seekd.metric_families()
        self.assertEqual(len({family["name"] for family in families}), len(families), "a family stands twice")
        self.assertEqual({family["name"]: family["type"] for family in families if family["name"].startswith("vllm:")}, VLLM)
        for family in families:
            self.assertRegex(family["name"], r"^(vllm:|seekd_|process_)[a-z0-9_]+$")
            self.assertTrue(family["help"].endswith("."), family["name"])
            self.assertIn(family["type"], ("counter", "gauge", "histogram"), family["name"])
            self.assertTrue(family["samples"], family["name"])
            for sample in family["samples"]:
                if family["type"] == "counter":
                    self.assertTrue(sample["name"].endswith("_total"), sample["name"])
                    self.assertGreaterEqual(sample["value"], 0, sample["name"])
                if family["name"].startswith("vllm:"):
                    self.assertEqual(sample["labels"]["model_name"], "SmolLM2-135M-Instruct.Q4_1")

    def test_the_buckets_of_a_histogram_grow_to_its_count(self):
        self.answer("What is a kestrel?", disable_search=True)
        for family in self.seekd.metric_families():
            if family["type"] != "histogram":
                continue
            buckets = [(float(s["labels"]["le"]), s["value"]) for s in family["samples"] if s["name"].endswith("_bucket")]
            count = next(s["value"] for s in family["samples"] if s["name"].endswith("_count"))
            self.assertEqual(buckets, sorted(buckets), family["name"])
            self.assertEqual(buckets[-1], (float("inf"), count), family["name"])
            self.assertGreater(count, 0, family["name"])

    def test_a_question_over_a_page_moves_what_it_should_by_what_it_did(self):
        url = f"{SITE}/long/measured.html"
        self.web.write("/long/measured.html", article("Kestrel", *KESTREL))
        before = self.seekd.metrics()
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url])
        after = self.seekd.metrics()
        grown = lambda name, **labels: self.grown(before, after, name, **labels)
        usage = reply["usage"]
        self.assertEqual(grown("vllm:prompt_tokens_total"), usage["prompt_tokens"])
        self.assertEqual(grown("vllm:generation_tokens_total"), usage["completion_tokens"])
        self.assertEqual(grown("vllm:prefix_cache_queries_total"), usage["prompt_tokens"])
        self.assertEqual(grown("vllm:prefix_cache_hits_total"), usage["prompt_tokens_details"]["cached_tokens"])
        for name in ("vllm:time_to_first_token_seconds", "vllm:e2e_request_latency_seconds",
                     "vllm:request_queue_time_seconds", "seekd_sources_seconds"):
            self.assertEqual(grown(f"{name}_count"), 1, name)
        self.assertLess(0, grown("vllm:time_to_first_token_seconds_sum"))
        self.assertLess(grown("vllm:time_to_first_token_seconds_sum"), grown("vllm:e2e_request_latency_seconds_sum"))
        self.assertGreater(grown("vllm:inter_token_latency_seconds_count"), 0)
        self.assertLessEqual(grown("vllm:inter_token_latency_seconds_count"), usage["completion_tokens"])
        self.assertEqual(grown("seekd_answers_total", outcome="cited"), 1)
        self.assertEqual(grown("seekd_answers_total"), 1)
        self.assertEqual(grown("seekd_answer_sources_total", state="fresh"), len(reply["search_results"]))
        self.assertEqual(grown("seekd_citations_total"), len(reply["choices"][0]["message"]["annotations"]))
        self.assertEqual(grown("seekd_citations_dropped_total"), usage["citations_dropped"])
        self.assertEqual(grown("seekd_cache_searches_total"), usage["num_search_queries"])
        self.assertEqual(grown("seekd_page_fetches_total", by="question"), 1)
        self.assertEqual(grown("seekd_page_fetches_total", by="caller"), 0)
        self.assertEqual(grown("seekd_fetcher_requests_total"), 1)
        self.assertEqual(grown("seekd_egress_verdicts_total", reason="allowed"), 1)
        self.assertGreater(grown("seekd_fetcher_wire_bytes_total"), 300)
        self.assertEqual(grown("seekd_cache_pages"), 1)
        self.assertEqual(grown("seekd_cache_filter_entries", filter="urls"), 1)
        self.assertEqual(grown("seekd_cache_filter_entries", filter="blocks"), grown("seekd_cache_blocks"))
        self.assertGreater(grown("seekd_cache_filter_negatives_total"), 0)
        self.assertGreater(grown("process_cpu_seconds_total"), 0)
        # An answer's pages are a prefix for others when the engine has taken note of its end.
        deadline = time.monotonic() + 60
        while self.value(self.seekd.metrics(), "seekd_kv_cache_bytes", use="prefixes") == 0:
            self.assertLess(time.monotonic(), deadline, "no page of the answer is kept")
            time.sleep(0.05)
        self.assertGreater(self.value(after, "seekd_kv_cache_bytes", use="free"), 0)
        self.assertLess(self.value(after, "vllm:kv_cache_usage_perc"), 1)
        self.assertEqual(self.value(after, "vllm:num_requests_waiting"), 0)

        # The same prompt under other terms: it is known, and the page is not fetched again.
        again = self.answer("When was Kestrel 4.2 released?", urls=[url], max_tokens=300)
        last = self.seekd.metrics()
        self.assertGreater(again["usage"]["prompt_tokens_details"]["cached_tokens"], 16)
        self.assertEqual(self.grown(after, last, "vllm:prefix_cache_hits_total"),
                         again["usage"]["prompt_tokens_details"]["cached_tokens"])
        self.assertEqual(self.grown(after, last, "seekd_page_fetches_total"), 0)

    def test_an_answer_that_is_given_again_counts_apart(self):
        url = f"{SITE}/long/hot.html"
        self.web.write("/long/hot.html", article("Kestrel", *KESTREL))
        first = self.answer("Which port does Kestrel use?", urls=[url])
        before = self.seekd.metrics()
        again = self.answer("Which port does Kestrel use?", urls=[url])
        after = self.seekd.metrics()
        self.assertEqual((first["answered_from"], again["answered_from"]), ("computed", "kept"), first)
        self.assertEqual(again["choices"], first["choices"])
        self.assertEqual(self.grown(before, after, "seekd_answers_given_again_total", **{"from": "kept"}), 1)
        self.assertEqual(self.grown(before, after, "vllm:generation_tokens_total"), 0)

    def test_a_refusal_at_the_door_counts_under_its_reason(self):
        before = self.seekd.metrics()
        self.seekd.fetch("https://metadata.example.org/")
        self.answer("What stands on the page?", urls=["https://private.example.org/"])
        after = self.seekd.metrics()
        self.assertEqual(self.grown(before, after, "seekd_egress_verdicts_total", reason="address_denied"), 2)
        self.assertEqual(self.grown(before, after, "seekd_egress_verdicts_total", reason="allowed"), 0)
        self.assertEqual(self.grown(before, after, "seekd_page_fetches_total", by="caller"), 1)
        self.assertEqual(self.grown(before, after, "seekd_page_fetches_total", by="question"), 1)
        self.assertEqual(self.grown(before, after, "seekd_answer_notices_total", code="address_denied"), 1)
        self.assertEqual(self.grown(before, after, "seekd_answers_total", outcome="answered"), 1)

    def test_sources_count_by_how_fresh_they_were(self):
        url = f"{SITE}/short/aging.html"
        self.web.write("/short/aging.html", article("Kestrel", *KESTREL))
        ask = lambda **fields: self.answer("Which port does Kestrel use by default?", urls=[url], **fields)
        ask()
        before = self.seekd.metrics()
        ask(max_age=0)
        ask(offline=True)
        after = self.seekd.metrics()
        for state in ("revalidated", "offline"):
            self.assertEqual(self.grown(before, after, "seekd_answer_sources_total", state=state), 1, state)

    def test_what_the_dashboard_and_the_alerts_name_is_there(self):
        self.web.write("/long/any.html", article("Kestrel", *KESTREL))
        self.answer("What is a kestrel?", urls=[f"{SITE}/long/any.html", "https://metadata.example.org/"])
        served = set(self.seekd.metrics()) | {family["name"] for family in self.seekd.metric_families()}
        if not os.path.exists("/dev/nvidiactl"):  # what a machine without a GPU of NVIDIA's cannot say
            served |= {f"seekd_gpu_{what}" for what in ("utilization_ratio", "memory_used_bytes", "memory_total_bytes",
                                                        "temperature_celsius", "power_watts")}
        dashboard = json.loads((OPERATIONS / "seekd-dashboard.json").read_text())
        asked = {name for panel in dashboard["panels"] for target in panel.get("targets", [])
                 for name in NAMES.findall(target["expr"])}
        self.assertGreater(len(asked), 30)
        self.assertEqual(asked - served, set())
        rules = (OPERATIONS / "seekd-alerts.yml").read_text()
        self.assertEqual(set(NAMES.findall(rules)) - served, set())
        # And the other way round: no metric that nobody is told of.
        told = (OPERATIONS / "README.md").read_text()
        self.assertEqual([family["name"] for family in self.seekd.metric_families() if f"`{family['name']}" not in told], [])

    def test_without_a_fetcher_the_rest_is_still_served(self):
        self.seekd.kill(self.seekd.fetcher)
        try:
            samples = self.seekd.metrics()
            self.assertEqual(self.value(samples, "seekd_fetcher_up"), 0)
            self.assertNotIn("seekd_egress_verdicts_total", samples)
            self.assertIn("seekd_cache_pages", samples)
        finally:
            self.seekd.start_fetcher()
        self.assertEqual(self.value(self.seekd.metrics(), "seekd_fetcher_up"), 1)

    def test_counters_begin_anew_with_the_process_and_the_start_time_says_so(self):
        self.answer("What is a kestrel?", disable_search=True)
        before = self.seekd.metrics()
        self.seekd.seekd.terminate()
        self.seekd.seekd.wait(timeout=40)
        time.sleep(1.1)  # the start time counts seconds
        self.seekd.start_seekd()
        after = self.seekd.metrics()
        self.assertGreater(self.value(before, "seekd_answers_total"), 0)
        self.assertEqual(self.value(after, "seekd_answers_total"), 0)
        self.assertGreater(self.value(after, "process_start_time_seconds"), self.value(before, "process_start_time_seconds"))
        self.assertEqual(self.value(after, "seekd_cache_pages"), self.value(before, "seekd_cache_pages"))


if __name__ == "__main__":
    case.main()
