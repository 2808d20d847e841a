#include "config/webhook_reader.h"

#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;

std::string table(const std::string& keys) {
  return "[[egress.webhook]]\nname = \"a\"\n" + keys;
}

std::vector<std::string> warnings_of(const std::string& text) {
  const ConfigFolder folder;
  const auto loaded = load_explained(folder.write("seekd.toml", text), nullptr);
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  return loaded->warnings;
}

TEST_CASE("a webhook has a name, the URL it is told at, and the file of its key") {
  const auto config = load_text(
      table("url = \"HTTPS://Chat.Example.org:443/hooks/4%32?a=b\"\nkey_file = \"/k\"\n"));
  REQUIRE(config);
  REQUIRE(config->webhooks.size() == 1);
  CHECK(config->webhooks[0].name == "a");
  CHECK(config->webhooks[0].url == "https://chat.example.org/hooks/42?a=b");
  CHECK(config->webhooks[0].key_file == "/k");
}

TEST_CASE("what a webhook lacks or contradicts is an error with the remedy") {
  const std::string url = "url = \"https://a.example/\"\n";
  CHECK_THAT(error_of(table("")), Contains("the key url is missing"));
  CHECK_THAT(error_of("[[egress.webhook]]\n" + url), Contains("the key name is missing"));
  CHECK_THAT(error_of(table(url + "key_file = \"k\"\n")), Contains("relative path"));
  CHECK_THAT(error_of(table(url + "secret = \"k\"\n")), Contains("known: name, url, key_file"));
  CHECK_THAT(error_of(table("url = \"https://u:p@a.example/\"\n")), Contains("egress.webhook"));
  CHECK_THAT(error_of(table("url = \"ftp://a.example/\"\n")), Contains("egress.webhook"));
  CHECK_THAT(error_of("[[egress.webhook]]\nname = \"A b\"\n" + url), Contains("no webhook's name"));
  CHECK_THAT(error_of(table(url) + table(url)), Contains("stands twice"));
}

TEST_CASE("a webhook that the policy lets nobody reach is warned of") {
  const auto far = warnings_of(table("url = \"https://chat.example.org/\"\n"));
  CHECK(far.empty());
  const auto near = warnings_of(table("url = \"http://localhost:9000/\"\n"));
  REQUIRE(near.size() == 1);
  CHECK_THAT(near[0], Contains("[[egress.exception]] and port = 9000"));
  const auto denied = warnings_of(table("url = \"https://chat.example.org/\"\n") +
                                  "[egress]\ndeny = [\"chat.example.org\"]\n");
  REQUIRE(denied.size() == 1);
  CHECK_THAT(denied[0], Contains("is never told (host_denied)"));
}

}  // namespace
}  // namespace seekd::config
