"""The separation of the processes, read off the built programs: what each loads and what it cannot call.

usage: binaries_test.py BIN_FOLDER
"""

import pathlib
import subprocess
import sys
import unittest

BIN = pathlib.Path(sys.argv.pop(1))

# Parsers of what the web sends.
READERS = ("libpoppler", "libexpat", "libmd4c", "libuchardet")


def loaded_libraries(program):
    """Every shared library that the program loads, directly or through another."""
    output = subprocess.run(["ldd", BIN / program], check=True, capture_output=True, text=True).stdout
    return {line.split()[0].split("/")[-1] for line in output.splitlines() if line.strip()}


def imported_symbols(program):
    output = subprocess.run(["nm", "-D", "--undefined-only", BIN / program], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in output.splitlines()}


def own_symbols(program):
    output = subprocess.run(["nm", "-C", "--defined-only", BIN / program], check=True, capture_output=True, text=True).stdout
    return {line.split(maxsplit=2)[-1] for line in output.splitlines()}


def having(names, *parts):
    return sorted(name for name in names if any(part in name for part in parts))


class Binaries(unittest.TestCase):
    def test_seekd_loads_nothing_that_reads_the_web(self):
        self.assertEqual(having(loaded_libraries("seekd"), "libcurl", "libnghttp2", *READERS), [])

    def test_seekd_calls_nothing_that_reads_the_web(self):
        self.assertEqual(having(imported_symbols("seekd"), "curl_", "poppler", "XML_Parse", "uchardet_", "md_html"), [])

    def test_seekd_holds_no_html_parser_and_the_fetcher_does(self):
        self.assertEqual(having(own_symbols("seekd"), "fetcher::TreeBuilder", "fetcher::Tokenizer"), [])
        self.assertTrue(having(own_symbols("seekd-fetcher"), "fetcher::TreeBuilder"))

    def test_seekd_loads_the_cache_and_the_model(self):
        libraries = loaded_libraries("seekd")
        self.assertTrue(having(libraries, "librocksdb"))
        self.assertTrue(having(libraries, "libtorch_cpu"))

    def test_seekd_counts_and_leaves_serving_to_its_own_listener(self):
        self.assertEqual([name.split(".")[0] for name in having(loaded_libraries("seekd"), "prometheus", "civetweb")],
                         ["libprometheus-cpp-core"])

    def test_seekctl_loads_neither_and_the_program_that_measures_loads_both(self):
        self.assertEqual(having(loaded_libraries("seekctl"), "libtorch", "libc10", "librocksdb"), [])
        self.assertTrue(having(loaded_libraries("seekctl-eval"), "libtorch_cpu"))
        self.assertTrue(having(loaded_libraries("seekctl-eval"), "librocksdb"))

    def test_the_program_that_mends_the_cache_loads_it_and_no_model(self):
        self.assertTrue(having(loaded_libraries("seekctl-cache"), "librocksdb"))
        self.assertEqual(having(loaded_libraries("seekctl-cache"), "libtorch", "libc10", "libcurl"), [])

    def test_the_fetcher_loads_no_torch_and_no_rocksdb(self):
        self.assertEqual(having(loaded_libraries("seekd-fetcher"), "libtorch", "libc10", "librocksdb", "libcuda"), [])

    def test_the_fetcher_loads_what_reads_the_web(self):
        libraries = loaded_libraries("seekd-fetcher")
        for name in ("libcurl", *READERS):
            self.assertTrue(having(libraries, name), name)

    def test_every_program_says_its_version(self):
        for program in ("seekd", "seekd-fetcher", "seekctl", "seekctl-eval", "seekd-bench"):
            output = subprocess.run([BIN / program, "--version"], check=True, capture_output=True, text=True).stdout
            self.assertRegex(output, r"\d+\.\d+\.\d+", program)


if __name__ == "__main__":
    unittest.main()
