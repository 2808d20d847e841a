// Other assistants ask as they always do: SearXNG's clients, and those of Ollama's web tools.

#include <chrono>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "tests/daemon/counted_door.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

const std::string page = "https://docs.example.org/kestrel";
const std::string fact = "The default port of Kestrel is 7311.";

fetcher::FetchReply refused(const fetcher::FetchRequest& request, policy::EgressReason reason) {
  fetcher::FetchReply reply;
  reply.outcome = fetcher::FetchOutcome::refused;
  reply.reason = reason;
  reply.message = "it is not to be";
  reply.hops = {request.url};
  return reply;
}

class Host {
 public:
  explicit Host(
      CountedDoor::Answer answer = [](const auto& request) { return page_reply(request, fact); },
      config::Config config = {})
      : daemon_(std::move(config), std::make_unique<ScriptedModel>(fact)),
        door_(daemon_.fetcher_socket(), std::move(answer)) {}

  CountedDoor& door() { return door_; }

  Client::Reply get(const std::string& target) { return daemon_.request("GET", target); }
  Client::Reply fetch(const std::string& url) {
    return daemon_.request("POST", "/api/web_fetch", json::serialize(json::object{{"url", url}}));
  }
  Client::Reply search(const json::object& body) {
    return daemon_.request("POST", "/api/web_search", json::serialize(body));
  }

 private:
  ServedDaemon daemon_;
  CountedDoor door_;
};

std::string code_of(const Client::Reply& reply) {
  return std::string(reply.json().at("error").at("code").as_string());
}

TEST_CASE("a page is read through the door once, and out of the cache while it is young") {
  Host host;
  for (int i = 0; i < 2; ++i) {
    const auto reply = host.fetch(page);
    REQUIRE(reply.status == 200);
    CHECK(reply.json() ==
          json::object{{"title", "Kestrel"}, {"content", fact}, {"links", json::array()}});
  }
  CHECK(host.door().asked() == 1);
}

TEST_CASE("a page that its server forbids to store is read all the same, each time") {
  Host host([](const auto& request) {
    auto reply = page_reply(request, fact);
    reply.page->headers.cache_control = "no-store";
    return reply;
  });
  for (int i = 0; i < 2; ++i) CHECK(host.fetch(page).json().at("content").as_string() == fact);
  CHECK(host.door().asked() == 2);
}

TEST_CASE("what the door refuses is told in the codes of assistants") {
  Host host(
      [](const auto& request) { return refused(request, policy::EgressReason::host_not_allowed); });
  const auto reply = host.fetch(page);
  CHECK(reply.status == 403);
  CHECK(code_of(reply) == "url_not_allowed");
}

TEST_CASE("who has had his pages is told so, and has those of the cache still") {
  config::Config config;
  config.access.limits.fetches_per_minute = 1;
  Host host([](const auto& request) { return page_reply(request, fact); }, std::move(config));
  REQUIRE(host.fetch(page).status == 200);
  const auto other = host.fetch(page + "/other");
  CHECK(other.status == 429);
  CHECK(code_of(other) == "max_uses_exceeded");
  CHECK(host.fetch(page).status == 200);
  CHECK(host.door().asked() == 1);
}

TEST_CASE("where nobody is named to be asked the cache alone answers SearXNG's clients") {
  Host host;
  REQUIRE(host.fetch(page).status == 200);
  for (const char* path : {"/search", "/"}) {
    const auto reply = host.get(std::string(path) + "?q=default+port+of+Kestrel&format=json");
    REQUIRE(reply.status == 200);
    const json::array results = reply.json().at("results").as_array();
    REQUIRE(results.size() == 1);
    CHECK(results[0].at("url").as_string() == page);
    CHECK(results[0].at("engine").as_string() == "cache");
  }
  CHECK(host.get("/search?q=default+port+of+Kestrel&format=json&categories=images")
            .json()
            .at("results")
            .as_array()
            .empty());
}

TEST_CASE("Ollama's search gives titles, addresses and contents, as many as are wanted") {
  Host host;
  REQUIRE(host.fetch(page).status == 200);
  REQUIRE(host.fetch(page + "/two").status == 200);
  const auto reply = host.search({{"query", "default port of Kestrel"}, {"max_results", 1}});
  REQUIRE(reply.status == 200);
  const json::array results = reply.json().at("results").as_array();
  REQUIRE(results.size() == 1);
  CHECK(results[0].as_object().size() == 3);
  CHECK(results[0].at("content").as_string() == fact);
}

TEST_CASE("what assistants send wrong is refused by name") {
  Host host;
  const auto param = [](const Client::Reply& reply) {
    CHECK(reply.status == 400);
    return std::string(reply.json().at("error").at("param").as_string());
  };
  CHECK(param(host.search({{"query", ""}})) == "query");
  CHECK(param(host.search({{"query", "x"}, {"max_results", 11}})) == "max_results");
  CHECK(param(host.search({{"query", "x"}, {"region", "de"}})) == "region");
  CHECK(param(host.fetch("")) == "url");
  CHECK(param(host.fetch("https://a.example/" + std::string(9000, 'a'))) == "url");
  CHECK(param(host.get("/search?format=json&q=")) == "q");
  CHECK(host.get("/search?q=x").status == 403);
  CHECK(host.get("/?q=x&format=html").status == 403);
  CHECK(host.door().asked() == 0);
}

}  // namespace
}  // namespace seekd::daemon
