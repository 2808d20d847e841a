#include <chrono>

#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using namespace std::chrono_literals;
using Catch::Contains;
using Catch::StartsWith;

TEST_CASE("a file sets what it names and leaves the rest at its default") {
  const auto config = load_text("[cache]\nretention = \"7d\"\nversions_max = 3\n");
  REQUIRE(config);
  Config expected;
  expected.cache.retention = 7 * 24h;
  expected.cache.versions_max = 3;
  CHECK(*config == expected);
}

TEST_CASE("drop-ins are read in name order, after the file; others in the folder are not") {
  const ConfigFolder folder;
  const auto file =
      folder.write("seekd.toml", "daemon.queue_max = 1\ndaemon.connections_max = 5\n");
  folder.write("seekd.toml.d/20-b.toml", "daemon.queue_max = 3\n");
  folder.write("seekd.toml.d/10-a.toml", "daemon.queue_max = 2\nfetcher.workers_max = 7\n");
  folder.write("seekd.toml.d/30-c.toml.bak", "daemon.queue_max = 4\n");
  folder.write("seekd.toml.d/.40-d.toml", "daemon.queue_max = 5\n");
  const auto config = load(file, nullptr);
  REQUIRE(config);
  CHECK(config->daemon.queue_max == 3);
  CHECK(config->daemon.connections_max == 5);
  CHECK(config->fetcher.workers_max == 7);
}

TEST_CASE("a list in a drop-in replaces the list before it") {
  const ConfigFolder folder;
  const auto file = folder.write("seekd.toml", "[egress]\nallow = [\"a.example.org\"]\n");
  folder.write("seekd.toml.d/a.toml", "[egress]\nallow = [\"b.example.org\"]\n");
  const auto config = load(file, nullptr);
  REQUIRE(config);
  REQUIRE(config->egress.allow.size() == 1);
  CHECK(config->egress.allow[0].host == "b.example.org");
}

TEST_CASE("the environment wins over files and is read by the same rules") {
  const ConfigFolder folder;
  const auto file = folder.write("seekd.toml", "[cache]\nretention = \"7d\"\n");
  const auto config = load_environment(
      {"SEEKD_CACHE_RETENTION=2d", "SEEKD_CACHE_DIRECTORY=/srv/cache", "SEEKD_DAEMON_QUEUE_MAX=9",
       "SEEKD_EGRESS_ALLOW=example.org, .debian.org", "SEEKD_FETCHER_ACCEPT_MISSING=seccomp",
       "SEEKD_TORCH_DIR=/opt/torch", "SEEKD_CONFIG=/etc/x", "PATH=/bin", "SEEKDX=1"},
      file);
  REQUIRE(config);
  CHECK(config->cache.retention == 48h);
  CHECK(config->cache.directory == "/srv/cache");
  CHECK(config->daemon.queue_max == 9);
  REQUIRE(config->egress.allow.size() == 2);
  CHECK(config->egress.allow[1].host == ".debian.org");
  CHECK(config->fetcher.accept_missing == std::vector{SandboxMechanism::seccomp});
}

TEST_CASE("a bad value in the environment is an error that names the variable") {
  const ConfigFolder folder;
  const auto file = folder.write("seekd.toml", "");
  const auto message = [&](const std::string& variable) {
    return load_environment({variable}, file).error().message;
  };
  CHECK(message("SEEKD_CACHE_RETENTION=30") ==
        "SEEKD_CACHE_RETENTION in the environment: the unit is missing in \"30\"; write a duration "
        "such as \"30s\", 1s to 36500d");
  CHECK_THAT(message("SEEKD_DAEMON_QUEUE_MAX=-1"), Contains("is negative"));
  CHECK_THAT(message("SEEKD_DAEMON_QUEUE_MAX="), Contains("\"\" is not a whole number"));
  CHECK_THAT(message("SEEKD_DAEMON_QUEUE_MAX=7 "), Contains("not a whole number"));
  CHECK_THAT(message("SEEKD_FETCHER_ACCEPT_MISSING=all"), Contains("is no mechanism"));
  CHECK_THAT(message("SEEKD_CACHE_DIRECTORY=cache"), Contains("is a relative path"));
  CHECK_THAT(message("SEEKD_EGRESS_EXCEPTION=10.0.0.1"), Contains("in a file"));
}

TEST_CASE("an unknown SEEKD_ variable is an error that names the nearest one") {
  const ConfigFolder folder;
  const auto file = folder.write("seekd.toml", "");
  const auto unknown = load_environment({"SEEKD_CACHE_DIRECTROY=/x"}, file);
  REQUIRE_FALSE(unknown);
  CHECK_THAT(unknown.error().message, Contains("\"SEEKD_CACHE_DIRECTROY\"") &&
                                          Contains("did you mean SEEKD_CACHE_DIRECTORY?"));
  CHECK_FALSE(load_environment({"SEEKD_cache_directory=/x"}, file));
  CHECK_FALSE(load_environment({"SEEKD_=x"}, file));
}

TEST_CASE("an unknown key is an error with file, line and the nearest known key") {
  CHECK(error_of("[cache]\n\nretenton = \"7d\"\n") ==
        ":3: cache.retenton: unknown key; did you mean cache.retention?");
  CHECK(error_of("[daemon]\nworkers_max = 3\n") ==
        ":2: daemon.workers_max: unknown key; did you mean fetcher.workers_max?");
  CHECK(error_of("directory = \"/x\"\n") ==
        ":1: directory: unknown key; did you mean cache.directory?");
  CHECK(error_of("[qqqq]\nzzzzzzzz = 1\n") ==
        ":2: qqqq.zzzzzzzz: unknown key; default.toml lists every option");
  CHECK_THAT(error_of("[cahce]\n"), StartsWith(":1: cahce: unknown key"));
}

TEST_CASE("a key's text can neither forge a message nor pass for another key") {
  CHECK_THAT(error_of("\"cache.directory\" = \"/x\"\n"), StartsWith(":1: \"cache.directory\":"));
  const std::string message = error_of("\"a\\n/etc/passwd:1: fine\" = 1\n");
  CHECK(message.find('\n') == std::string::npos);
  CHECK(error_of("[cache]\n" + std::string(100'000, 'x') + " = 1\n").size() < 200'100);
}

TEST_CASE("the first mistake in the file is the one reported") {
  CHECK_THAT(error_of("[model]\nthreads = -1\n[answer]\ntokens_max = -1\n"), StartsWith(":2:"));
  CHECK_THAT(error_of("[daemon]\nstop_grace = 1\nqueue_max = -1\n"), StartsWith(":2:"));
}

TEST_CASE("text that is not TOML is an error with its line") {
  CHECK_THAT(error_of("[daemon]\nqueue_max = = 3\n"), StartsWith(":2: not TOML:"));
  CHECK_THAT(error_of("[daemon]\nqueue_max = 1\nqueue_max = 2\n"), StartsWith(":3: not TOML:"));
  CHECK_THAT(error_of("[daemon\n"), StartsWith(":1: not TOML:"));
  CHECK_THAT(error_of("a = \"\xff\xfe\"\n"), StartsWith(":1: not TOML:"));
  CHECK_THAT(error_of("a = " + std::string(100'000, '[')), StartsWith(":1: not TOML:"));
  CHECK_THAT(error_of(std::string(2 << 20, '#')), Contains("longer than 1 MiB"));
  CHECK_FALSE(error_of(std::string("[cache]\0directory", 17)).empty());
}

TEST_CASE("sections are tables, and empty ones do no harm") {
  CHECK(load_text("[daemon]\n[cache]\n"));
  CHECK(error_of("daemon = 5\n") == ":1: daemon: is a section; write [daemon]");
  CHECK_THAT(error_of("[[daemon]]\n"), Contains("is a section"));
  CHECK_THAT(error_of("[daemon.queue_max]\nx = 1\n"), Contains("a table is not a whole number"));
}

TEST_CASE("a named file that is not there, or not a file, is an error") {
  const ConfigFolder folder;
  const auto absent = load(folder.path() / "none.toml", nullptr);
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == ErrorCode::not_found);
  CHECK_THAT(absent.error().message, Contains("none.toml"));
  CHECK_FALSE(load(folder.path(), nullptr));
  CHECK_FALSE(load("/dev/zero", nullptr));
  std::filesystem::create_directories(folder.path() / "seekd.toml.d/a.toml");
  CHECK_FALSE(load(folder.write("seekd.toml", ""), nullptr));
}

TEST_CASE("drop-ins that cannot be looked at are an error, not absent") {
  const ConfigFolder folder;
  const auto file = folder.write("seekd.toml", "");
  std::filesystem::create_symlink("seekd.toml.d", folder.path() / "seekd.toml.d");
  CHECK_FALSE(load(file, nullptr));
}

TEST_CASE("contradictory options are an error at one of them, naming both") {
  CHECK(error_of("[fetcher]\nworkers_max = 4\nper_host_max = 8\n")
            .starts_with(":3: fetcher.per_host_max: fetcher.per_host_max contradicts "
                         "fetcher.workers_max ("));
  CHECK_THAT(error_of("[fetcher]\nworkers_max = 1\n"),
             StartsWith(":2: fetcher.workers_max: fetcher.per_host_max contradicts"));
  CHECK_THAT(error_of("[fetcher]\ndecoded_bytes_max = \"1MiB\"\n"), Contains("(its default)"));
  CHECK_THAT(error_of("[fetcher]\nconnect_timeout = \"1m\"\n"), Contains("transfer_timeout"));
  CHECK_THAT(error_of("[cache]\nfreshness_min = \"30d\"\n"), Contains("freshness_max"));
  CHECK_THAT(error_of("[answer]\nfetch_deadline = \"10m\"\n"), Contains("answer.deadline"));
  CHECK_THAT(error_of("[answer]\nfetch_deadline = \"1m\"\n"), Contains("reading_deadline"));
  CHECK_THAT(error_of("[answer]\nreading_deadline = \"6m\"\n"), Contains("answer.deadline"));
  CHECK_THAT(error_of("[answer]\nbytes_max = \"2MiB\"\n"), Contains("fetcher.wire_bytes_max"));
  CHECK_THAT(error_of("[model]\ncontext_tokens_max = 600\n"), Contains("passage_tokens_max"));
  CHECK_THAT(error_of("[answer]\ntokens_max = 8192\n"), Contains("context_tokens_max"));
  CHECK_THAT(error_of("[fetcher]\nsocket = \"/run/seekd/seekd.sock\"\n"), Contains("one socket"));
}

}  // namespace
}  // namespace seekd::config
