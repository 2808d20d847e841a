#include "config/routing_reader.h"

#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;

std::string upstream(const std::string& keys) {
  return "[[upstream]]\nname = \"cluster\"\n" + keys;
}

const std::string cluster = upstream("url = \"https://llm.example.org/v1/\"\n");

std::string route(const std::string& keys) {
  return "[[route]]\nname = \"large\"\n" + keys;
}

std::vector<std::string> warnings_of(const std::string& text) {
  const ConfigFolder folder;
  const auto loaded = load_explained(folder.write("seekd.toml", text), nullptr);
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  return loaded->warnings;
}

TEST_CASE("an upstream is a name and what stands before the paths") {
  const auto config = load_text(
      upstream("url = \"https://LLM.example.org/v1/\"\nkey_file = \"/k\"\nrequests_max = 4\n"
               "stall_timeout = \"5s\"\ntimeout = \"1m\"\n"));
  REQUIRE(config);
  REQUIRE(config->upstreams.size() == 1);
  const policy::Upstream& read = config->upstreams[0];
  CHECK(read.name == "cluster");
  CHECK(read.url == "https://llm.example.org/v1");
  CHECK(read.key_file == "/k");
  CHECK(read.requests_max == 4);
  CHECK(read.stall_timeout == 5s);
  CHECK(read.timeout == 1min);
}

TEST_CASE("what an upstream lacks or contradicts is an error with the remedy") {
  CHECK_THAT(error_of(upstream("")), Contains("the key url is missing"));
  CHECK_THAT(error_of(upstream("url = \"https://a.example/v1?b=c\"\n")), Contains("has a query"));
  CHECK_THAT(error_of(upstream("url = \"ftp://a.example/v1\"\n")), Contains("upstream"));
  CHECK_THAT(error_of(upstream("url = \"http://a.example/v1\"\nkey_file = \"/k\"\n")),
             Contains("over https alone"));
  CHECK(load_text(upstream("url = \"http://localhost:8000/v1\"\nkey_file = \"/k\"\n")));
  CHECK_THAT(error_of("[[upstream]]\nname = \"local\"\nurl = \"https://a.example\"\n"),
             Contains("but not \"local\""));
  CHECK_THAT(error_of("[[upstream]]\nname = \"a/b\"\nurl = \"https://a.example\"\n"),
             Contains("no upstream's name"));
  CHECK_THAT(error_of(cluster + cluster), Contains("stands twice"));
}

TEST_CASE("a route says where it leads, and what may go there") {
  const auto config = load_text(
      cluster +
      route("target = \"cluster/deepseek-ai/DeepSeek-V3\"\nbackup = \"local\"\n"
            "context_tokens = 65536\nknowledge_cutoff = \"2024-07\"\nthinks = true\n"
            "collections = []\nprivate_data = \"refuse\"\ncallers = [\"group:ops\"]\n"
            "tasks = [\"answer\", \"judge\"]\nwaiting_min = 8\npriority = \"background\"\n"));
  REQUIRE(config);
  REQUIRE(config->routes.size() == 1);
  const RouteConfig& read = config->routes[0];
  CHECK(read.upstream == "cluster");
  CHECK(read.model == "deepseek-ai/DeepSeek-V3");
  CHECK(read.backup == "local");
  CHECK(read.context_tokens == 65536);
  CHECK(read.thinks);
  CHECK(read.collections.empty());
  CHECK(read.private_data == PrivateData::refuse);
  CHECK(read.callers.size() == 1);
  CHECK(read.tasks == std::vector{ModelTask::answer, ModelTask::judge});
  CHECK(read.waiting_min == 8);
  CHECK(read.priority == CallerPriority::background);
}

TEST_CASE("without a word about data, pages of the web leave, and nothing private") {
  const auto config = load_text(cluster + route("target = \"cluster/m\"\ncontext_tokens = 4096\n"));
  REQUIRE(config);
  CHECK(config->routes[0].collections == std::vector<std::string>{"web"});
  CHECK(config->routes[0].private_data == PrivateData::mask);
  CHECK(config->routes[0].tasks.empty());
}

TEST_CASE("a route that leads nowhere is an error with the remedy") {
  const auto error = [](const std::string& keys) { return error_of(cluster + route(keys)); };
  CHECK_THAT(error("target = \"cluster\"\n"), Contains("is no target"));
  CHECK_THAT(error("target = \"cluster/\"\n"), Contains("is no target"));
  CHECK_THAT(error("target = \"other/m\"\ncontext_tokens = 4096\n"),
             Contains("which no [[upstream]] has for a name"));
  CHECK_THAT(error("target = \"cluster/m\"\n"), Contains("the key context_tokens is missing"));
  CHECK_THAT(error("target = \"local\"\ncontext_tokens = 4096\n"),
             Contains("are of an upstream's model"));
  CHECK_THAT(error("target = \"local\"\nbackup = \"local\"\n"), Contains("name another backup"));
  CHECK_THAT(error("target = \"local\"\nbackup = \"nobody\"\n"), Contains("neither \"local\" nor"));
  CHECK_THAT(error("target = \"local\"\ntasks = [\"dream\"]\n"), Contains("is no task"));
  CHECK_THAT(error("target = \"local\"\nprivate_data = \"maybe\"\n"), Contains("is none of"));
  CHECK_THAT(error_of("[[route]]\nname = \"local\"\n"), Contains("give the route another one"));
  CHECK_THAT(error_of("[[route]]\nname = \"a\"\n[[route]]\nname = \"a\"\n"),
             Contains("stands twice"));
}

TEST_CASE("backups that lead in a circle are an error") {
  const std::string circle =
      "[[route]]\nname = \"a\"\nbackup = \"b\"\n[[route]]\nname = \"b\"\nbackup = \"a\"\n";
  CHECK_THAT(error_of(circle), Contains("in a circle"));
}

TEST_CASE("an upstream that the policy does not let through is told") {
  CHECK(warnings_of(cluster).empty());
  const auto denied = warnings_of("[egress]\ndeny = [\".example.org\"]\n" + cluster);
  REQUIRE(denied.size() == 1);
  CHECK_THAT(denied[0], Contains("is never asked (host_denied)"));
  const std::string local = upstream("url = \"http://localhost:8000/v1\"\n");
  REQUIRE(warnings_of(local).size() == 1);
  CHECK_THAT(warnings_of(local)[0], Contains("[[egress.exception]] and port = 8000"));
  CHECK(warnings_of("[[egress.exception]]\naddress = \"127.0.0.1\"\nport = 8000\n"
                    "reason = \"vllm\"\n" +
                    local)
            .empty());
}

}  // namespace
}  // namespace seekd::config
