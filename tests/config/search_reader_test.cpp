#include "config/search_reader.h"

#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using namespace std::chrono_literals;

std::string table(const std::string& keys) {
  return "[[search.provider]]\nname = \"a\"\n" + keys;
}

std::vector<std::string> warnings_of(const std::string& text) {
  const ConfigFolder folder;
  const auto loaded = load_explained(folder.write("seekd.toml", text), nullptr);
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  return loaded->warnings;
}

TEST_CASE("a provider says who it is, and leaves the rest to its kind") {
  const auto config =
      load_text(table("kind = \"brave\"\nkey_file = \"/k\"\nlanguages = [\"en\"]\n"
                      "results_max = 20\ninterval = \"1s\"\ntimeout = \"3s\"\nweight = 7\n"));
  REQUIRE(config);
  REQUIRE(config->search.providers.size() == 1);
  const policy::SearchProvider& brave = config->search.providers[0];
  CHECK(brave.url == "https://api.search.brave.com/res/v1/web/search");
  CHECK(brave.key_header == "X-Subscription-Token");
  CHECK(brave.results_max == 20);
  CHECK(brave.interval == 1s);
  CHECK(brave.timeout == 3s);
  CHECK(brave.weight == 7);
}

TEST_CASE("what a provider lacks or contradicts is an error with the remedy") {
  const auto error = [](const std::string& keys) { return error_of(table(keys)); };
  CHECK_THAT(error("kind = \"searxng\"\n"), Contains("the key url is missing"));
  CHECK_THAT(error("kind = \"bing\"\n"),
             Contains("known: searxng, brave, mediawiki, opensearch, custom"));
  CHECK_THAT(error("kind = \"searxng\"\nurl = \"ftp://a.example/\"\n"),
             Contains("search.provider"));
  CHECK_THAT(error("kind = \"searxng\"\nurl = \"https://a.example/?q={query}\"\n"),
             Contains("adds the query by itself"));
  CHECK_THAT(error("kind = \"searxng\"\nurl = \"https://a.example/\"\nkey_file = \"/k\"\n"),
             Contains("key_header"));
  CHECK_THAT(error("kind = \"brave\"\nurl = \"http://a.example/\"\n"),
             Contains("over https alone"));
  CHECK_THAT(error("kind = \"brave\"\nkey_header = \"A: b\"\n"),
             Contains("no name of a header field"));
  CHECK_THAT(error("kind = \"brave\"\nlanguages = [\"English\"]\n"), Contains("no language"));
  CHECK_THAT(error("kind = \"brave\"\nresults = \"/a\"\n"), Contains("of the kind custom"));
  CHECK_THAT(error("kind = \"brave\"\nnickname = \"b\"\n"), Contains("is unknown here"));
  CHECK_THAT(error_of("[[search.provider]]\nkind = \"brave\"\n"),
             Contains("the key name is missing"));
  CHECK_THAT(error_of(table("kind = \"brave\"\n") + table("kind = \"brave\"\n")),
             Contains("stands twice"));
}

TEST_CASE("the places of a custom provider's results are all pointers or all selectors") {
  const auto custom = [](const std::string& keys) {
    return table("kind = \"custom\"\nurl = \"https://a.example/?q={query}\"\n" + keys);
  };
  CHECK(load_text(custom("results = \"/hits\"\nresult_url = \"/link\"\n")));
  CHECK(load_text(custom("results = \"li.hit\"\nresult_url = \"a@href\"\n")));
  CHECK_THAT(error_of(custom("results = \"/hits\"\n")),
             Contains("needs the keys results and result_url"));
  CHECK_THAT(error_of(custom("results = \"/hits\"\nresult_url = \"a@href\"\n")),
             Contains("does not fit results"));
  CHECK_THAT(error_of(custom("results = \"li > a\"\nresult_url = \"a@href\"\n")),
             Contains("is no selector"));
}

TEST_CASE("a topic has words, and somewhere to look") {
  const auto topic = [](const std::string& keys) { return "[[search.topic]]\n" + keys; };
  CHECK(load_text(topic("words = [\"a\"]\nurls = [\"https://a.example/{query}\"]\n")));
  CHECK(load_text(topic("words = [\"a\"]\nfeeds = [\"https://a.example/feed\"]\n")));
  CHECK_THAT(error_of(topic("words = [\"a\"]\n")), Contains("neither urls nor feeds"));
  CHECK_THAT(error_of(topic("urls = [\"https://a.example/\"]\n")), Contains("words is missing"));
  CHECK_THAT(error_of(topic("words = [\"a\"]\nurls = [\"https://{query}.example/\"]\n")),
             Contains("into the host"));
}

TEST_CASE("a provider that the policy does not let through is told") {
  const std::string local = table("kind = \"searxng\"\nurl = \"http://localhost:8888/search\"\n");
  const std::string exception =
      "[[egress.exception]]\naddress = \"127.0.0.1\"\nport = 8888\nreason = \"searx\"\n";
  REQUIRE(warnings_of(local).size() == 1);
  CHECK_THAT(warnings_of(local)[0],
             Contains("seekd.toml:1: ") && Contains("[[egress.exception]] and port = 8888"));
  CHECK(warnings_of(local + exception).empty());
  const auto denied =
      warnings_of(table("kind = \"brave\"\n") + "[egress]\ndeny = [\".brave.com\"]\n");
  REQUIRE(denied.size() == 1);
  CHECK_THAT(denied[0], Contains("is never asked (host_denied)"));
  CHECK(warnings_of(table("kind = \"brave\"\n") + "[egress]\nallow = [\"example.org\"]\n").empty());
  CHECK_THAT(warnings_of(table("kind = \"searxng\"\nurl = \"https://192.0.2.1/\"\n"))[0],
             Contains("ip_literal"));
}

TEST_CASE("a topic's page that the policy does not let through is told") {
  const auto lines = warnings_of(
      "[egress]\nallow = [\"example.org\"]\n[[search.topic]]\nwords = [\"a\"]\nurls = "
      "[\"https://example.org/\", "
      "\"https://example.net/\"]\n");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("https://example.net/ is never fetched (host_not_allowed)"));
}

}  // namespace
}  // namespace seekd::config
