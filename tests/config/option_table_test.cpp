#include "config/option_table.h"

#include <chrono>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "config/toml_reader.h"
#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("default.toml, read as a file, gives the built-in defaults") {
  const auto config = load_text(default_toml());
  REQUIRE(config);
  CHECK(*config == Config{});
}

TEST_CASE("default.toml sets every option once, but for tables, of which it shows an example") {
  const auto settings = read_toml(default_toml(), "default.toml");
  REQUIRE(settings);
  std::map<std::string, int> times;
  for (const Field& field : *settings) ++times[field.key];
  for (const Option& option : option_table()) {
    INFO(option.name);
    if (option.shape == Shape::tables) {
      CHECK(default_toml().find("# [[" + std::string(option.name) + "]]") != std::string::npos);
    } else {
      CHECK(times[std::string(option.name)] == 1);
    }
  }
}

// Option name → the comment above it.
std::map<std::string, std::string> documented() {
  std::map<std::string, std::string> comments;
  std::istringstream lines{std::string(default_toml())};
  std::string section;
  std::string comment;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ")) {
      comment += line.substr(2) + ' ';
    } else if (line.starts_with('[')) {
      section = line.substr(1, line.size() - 2);
    } else if (const std::size_t equals = line.find(" = "); equals != line.npos) {
      comments[section + '.' + line.substr(0, equals)] = std::exchange(comment, "");
    } else {
      comment.clear();
    }
  }
  return comments;
}

TEST_CASE("default.toml says of every option what it is, and the limits that are enforced") {
  auto comments = documented();
  for (const Option& option : option_table()) {
    if (option.shape == Shape::tables || option.name == "egress.allow") continue;
    INFO(option.name);
    const std::string& comment = comments[std::string(option.name)];
    CHECK_FALSE(comment.empty());
    CHECK_THAT(comment, Contains(option.limits));
  }
}

TEST_CASE("every option sets its own member and no other") {
  // A value that differs from the default, for the options whose form alone does not give one.
  const std::map<std::string_view, std::string> special{
      {"daemon.socket", R"("/a")"},
      {"daemon.http_listen", R"("[::1]:80")"},
      {"access.socket_roles", R"(["reader"])"},
      {"access.loopback_roles", R"(["reader"])"},
      {"access.keys_file", R"("/a")"},
      {"access.addresses", R"(["192.0.2.0/24"])"},
      {"access.plain_http", R"("behind-proxy")"},
      {"access.role", R"([{name = "curator", rights = ["import"]}])"},
      {"access.caller", R"([{name = "alice"}])"},
      {"tls.certificate", R"("/a")"},
      {"tls.key", R"("/a")"},
      {"tls.client_ca", R"("/a")"},
      {"tls.client_certificates", R"("required")"},
      {"jwt.algorithms", R"(["ES256"])"},
      {"jwt.secret_file", R"("/a")"},
      {"jwt.keys_file", R"("/a")"},
      {"jwt.issuer", R"("a")"},
      {"jwt.audience", R"("a")"},
      {"jwt.name_claim", R"("a")"},
      {"jwt.roles_claim", R"("a")"},
      {"fetcher.socket", R"("/a")"},
      {"fetcher.user_agent", R"("other/2")"},
      {"fetcher.ca_file", R"("/a")"},
      {"fetcher.proxy_credentials", R"("/a")"},
      {"fetcher.dns_servers", R"(["192.0.2.1"])"},
      {"fetcher.content_types", R"(["text/html"])"},
      {"refresh.quiet_hours", R"("08:00-18:00 +01:00")"},
      {"egress.proxy", R"("10.0.0.5:3128")"},
      {"upstream", R"([{name = "a", url = "https://a.example/v1"}])"},
      {"route", R"([{name = "a", target = "local"}])"},
      {"collection", R"([{name = "handbook", readers = ["everyone"]}])"},
      {"egress.webhook", R"([{name = "a", url = "https://example.org/a"}])"},
      {"egress.site", R"([{host = "example.org", interval = "1s"}])"},
      {"fetcher.accept_missing", R"(["seccomp"])"},
      {"egress.denied_addresses", R"(["192.0.2.0/24"])"},
      {"egress.nat64_prefix", R"("64:ff9b::/96")"},
      {"egress.exception", R"([{address = "10.1.2.3", port = 1, reason = "x"}])"},
      {"cache.directory", R"("/a")"},
      {"cache.key_file", R"("/a")"},
      {"cache.site", R"([{host = "example.org", retention = "1d"}])"},
      {"model.path", R"("/a")"},
      {"model.adapter", R"("/a")"},
      {"model.knowledge_cutoff", R"("2024-07")"},
      {"model.directory", R"("/a")"},
      {"model.hub", R"("https://hub.example.org:8443")"},
      {"model.device", R"("cpu")"},
      {"model.quantization", R"("int8")"},
      {"model.speculation", R"("none")"},
      {"answer.model_judges", R"("never")"},
      {"audit.directory", R"("/a")"},
      {"audit.key_file", R"("/a")"},
      {"audit.questions", R"("none")"},
      {"audit.when_unwritable", R"("proceed")"},
      {"answer.model_searches", R"("always")"},
      {"privacy.mask", R"(["phone"])"},
      {"embedder.path", R"("none")"},
      {"embedder.device", R"("cuda")"},
      {"embedder.query_prefix", R"("query: ")"},
      {"embedder.passage_prefix", R"("passage: ")"},
      {"search.queries_max", "1"},
      {"search.provider", R"([{name = "a", kind = "brave"}])"},
      {"search.topic", R"([{words = ["a"], urls = ["https://example.org/"]}])"},
      {"reranker.path", R"("/a")"},
      {"reranker.device", R"("cpu")"},
  };
  std::vector<Config> seen{Config{}};
  for (const Option& option : option_table()) {
    INFO(option.name);
    std::string text = "0";
    if (const auto found = special.find(option.name); found != special.end()) {
      text = found->second;
    } else if (option.shape == Shape::list) {
      text = R"(["example.org"])";
    } else {  // the upper limit
      text = option.limits.substr(option.limits.find(" to ") + 4);
      if (option.shape == Shape::text) text = '"' + text + '"';
    }
    const auto settings = read_toml(std::string(option.name) + " = " + text, "test");
    REQUIRE(settings);
    REQUIRE(settings->size() == 1);
    Config config;
    const Status set = option.set(config, settings->front().value);
    INFO((set ? "" : set.error().message));
    REQUIRE(set);
    for (const Config& earlier : seen) CHECK_FALSE(config == earlier);
    seen.push_back(config);
  }
}

TEST_CASE("a month is written as year and month") {
  CHECK(load_text("[model]\nknowledge_cutoff = \"\"\n"));
  CHECK(load_text("[model]\nknowledge_cutoff = \"2024-07\"\n"));
  for (const char* bad : {"2024-13", "2024-00", "2024-7", "24-07", "2024-07-01", "July 2024",
                          "2024/07", "-024-07", "2024-+7"}) {
    INFO(bad);
    CHECK_THAT(error_of("[model]\nknowledge_cutoff = \"" + std::string(bad) + "\"\n"),
               Contains("is no month"));
  }
}

TEST_CASE("limits hold at both ends") {
  CHECK(load_text("[daemon]\nconnections_max = 1\n"));
  CHECK(load_text("[daemon]\nconnections_max = 65536\n"));
  CHECK_THAT(error_of("[daemon]\nconnections_max = 0\n"),
             Contains("0 is below the limit 1; write a whole number, 1 to 65536"));
  CHECK_THAT(error_of("[daemon]\nconnections_max = 65537\n"), Contains("above the limit 65536"));
  CHECK_THAT(error_of("[daemon]\nconnections_max = -1\n"), Contains("is negative"));
  CHECK_THAT(error_of("[daemon]\nconnections_max = 9223372036854775807\n"), Contains("above"));
  CHECK_THAT(error_of("[daemon]\nidle_timeout = \"999ms\"\n"), Contains("below the limit 1s"));
  CHECK_THAT(error_of("[daemon]\nrequest_bytes_max = \"65MiB\"\n"), Contains("above the limit"));
}

TEST_CASE("a value of the wrong type is an error that says what to write") {
  CHECK(error_of("[daemon]\nidle_timeout = 30\n") ==
        ":2: daemon.idle_timeout: the unit is missing in 30; write a duration such as \"30s\", 1s "
        "to 1d");
  CHECK_THAT(error_of("[daemon]\nidle_timeout = \"1500ms\"\n"), Contains("no whole second"));
  CHECK_THAT(error_of("[daemon]\nqueue_max = \"3\"\n"), Contains("\"3\" is not a whole number"));
  CHECK_THAT(error_of("[daemon]\nqueue_max = 3.0\n"), Contains("a float or a date is not"));
  CHECK_THAT(error_of("[daemon]\nsocket = 5\n"), Contains("5 is not a string"));
  CHECK_THAT(error_of("[fetcher]\naccept_missing = true\n"), Contains("true is not an array"));
  CHECK_THAT(error_of("[egress]\nallow = \"example.org\"\n"), Contains("is not an array"));
  CHECK_THAT(error_of("[egress]\nallow = [\n\"example.org\",\n5]\n"),
             Catch::StartsWith(":4: egress.allow: 5 is not a string"));
}

TEST_CASE("paths are absolute and fit where they are used") {
  CHECK_THAT(error_of("[cache]\ndirectory = \"cache\"\n"), Contains("is a relative path"));
  CHECK_THAT(error_of("[cache]\ndirectory = \"~/cache\"\n"), Contains("is a relative path"));
  CHECK_THAT(error_of("[cache]\ndirectory = \"\"\n"), Contains("the path is empty"));
  CHECK_THAT(error_of("[cache]\ndirectory = \"/a\\u0000b\"\n"), Contains("control character"));
  CHECK(load_text("[model]\npath = \"\"\n"));
  CHECK(load_text("[daemon]\nsocket = \"/" + std::string(106, 'a') + "\"\n"));
  CHECK_THAT(error_of("[daemon]\nsocket = \"/" + std::string(107, 'a') + "\"\n"),
             Contains("107 bytes"));
}

TEST_CASE("HTTP is served on an address by number, with a port") {
  const auto with = [](const std::string& listen) {
    return "[daemon]\nhttp_listen = \"" + listen + "\"\n";
  };
  for (const char* good :
       {"127.0.0.1:8017", "[::1]:8017", "127.0.0.2:80", "0.0.0.0:8017", "[::]:8017", ""}) {
    INFO(good);
    CHECK(load_text(with(good)));
  }
  for (const char* bad : {"localhost:80", ":80", "8017", "127.1:80", "127.0.0.1",
                          "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:080", "::1:80",
                          "[127.0.0.1]:80x", "[::1%lo]:80", "127.0.0.1:80:90", "[::1]80"}) {
    INFO(bad);
    CHECK_THAT(error_of(with(bad)), Contains("ADDRESS:PORT such as 127.0.0.1:8017"));
  }
}

TEST_CASE("the user agent cannot carry a header of its own") {
  const auto with = [](const std::string& agent) {
    return "[fetcher]\nuser_agent = \"" + agent + "\"\n";
  };
  CHECK(load_text(with("seekd/0.1 (+https://example.org/bot)")));
  for (const char* bad : {"a\\r\\nX: y", "", "/0.1", "seekd2/1", "se\u00e9kd/1", "seekd/\u00e9"}) {
    INFO(bad);
    CHECK_FALSE(load_text(with(bad)));
  }
}

TEST_CASE("a missing mechanism is accepted by its name alone") {
  const auto config = load_text("[fetcher]\naccept_missing = [\"landlock_tcp\", \"seccomp\"]\n");
  REQUIRE(config);
  CHECK(config->fetcher.accept_missing ==
        std::vector{SandboxMechanism::landlock_tcp, SandboxMechanism::seccomp});
  for (const char* bad : {"all", "", "Landlock", "landlock-tcp"}) {
    INFO(bad);
    CHECK_THAT(error_of("[fetcher]\naccept_missing = [\"" + std::string(bad) + "\"]\n"),
               Contains("is no mechanism of the sandbox") && Contains("\"landlock_tcp\""));
  }
}

TEST_CASE("what is masked is named by kinds that there are, and by words that say something") {
  const auto config = load_text("[privacy]\nmask = [\"key\", \"email\"]\nwords = [\" Heron \"]\n");
  REQUIRE(config);
  CHECK(config->privacy.mask == std::vector{policy::PrivateKind::key, policy::PrivateKind::email});
  CHECK(config->privacy.words == std::vector<std::string>{"Heron"});
  CHECK_THAT(error_of("[privacy]\nmask = [\"phones\"]\n"),
             Contains("is no kind of private data") && Contains("\"phone\""));
  CHECK_THAT(error_of("[privacy]\nwords = [\"  \"]\n"), Contains("is no word"));
}

TEST_CASE("DNS servers are addresses") {
  const auto with = [](const std::string& server) {
    return "[fetcher]\ndns_servers = [\"" + server + "\"]\n";
  };
  for (const char* good : {"192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53"}) {
    INFO(good);
    CHECK(load_text(with(good)));
  }
  for (const char* bad : {"dns.example.org", "192.0.2.1:", "192.0.2.1:x", "[2001:db8::1]", ""}) {
    INFO(bad);
    CHECK_FALSE(load_text(with(bad)));
  }
}

}  // namespace
}  // namespace seekd::config
