"""Prometheus' own parser: the text of a /metrics on standard input, its families as JSON on standard output.

A program of its own, because the package belongs to Debian's interpreter, and the tests run under any.
usage: /usr/bin/python3 read_metrics.py < TEXT
"""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

json.dump([{"name": family.name, "type": family.type, "help": family.documentation,
            "samples": [{"name": sample.name, "labels": sample.labels, "value": sample.value} for sample in family.samples]}
           for family in text_string_to_metric_families(sys.stdin.read())], sys.stdout)
