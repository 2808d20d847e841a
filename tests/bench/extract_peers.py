"""What pages cost trafilatura and readability-lxml; run by seekd-bench extract --peer-python.

usage: extract_peers.py [--runs N] FOLDER...
"""
import argparse
import gzip
import json
import logging
import pathlib
import statistics
import time


def programs():
    """Name and function from HTML to text, of those that are installed."""
    try:
        import trafilatura
        yield "trafilatura", trafilatura.extract
    except ImportError:
        pass
    try:
        import readability
        yield "readability-lxml", lambda html: readability.Document(html).summary()
    except ImportError:
        pass


def measure(extract, pages, runs):
    took, failed = [], 0
    for html in pages:
        best = float("inf")
        for _ in range(runs):
            start = time.process_time()
            try:
                extract(html)
            except Exception:  # a page that a program cannot read costs it what it took to say so
                failed += 1
            best = min(best, time.process_time() - start)
        took.append(best * 1000)
    took.sort()
    return {"pages": len(took), "failed": failed // runs, "mean_ms": statistics.mean(took), "median_ms": took[len(took) // 2],
            "p95_ms": took[len(took) * 95 // 100], "max_ms": took[-1]}


def read(path):
    html = path.read_bytes()
    return (gzip.decompress(html) if path.suffix == ".gz" else html).decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", default=1, type=int)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    paths = sorted(p for folder in options.folders for kind in ("*.html", "*.html.gz") for p in folder.rglob(kind))
    pages = [read(path) for path in paths]
    for name, extract in programs():
        print(json.dumps({"program": name, **measure(extract, pages, options.runs)}), flush=True)


if __name__ == "__main__":
    main()
