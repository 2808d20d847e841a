#include <catch2/catch.hpp>

#include "daemon/finding/result_merge.h"
#include "daemon/finding/topic_sources.h"

namespace seekd::daemon {
namespace {

WebResult result(std::string url, std::string published = "") {
  WebResult result;
  result.url = std::move(url);
  result.published = std::move(published);
  return result;
}

std::vector<std::string> urls(const std::vector<WebResult>& results) {
  std::vector<std::string> urls;
  for (const WebResult& each : results) urls.push_back(each.url);
  return urls;
}

using Urls = std::vector<std::string>;

TEST_CASE("what several lists name comes before what one names") {
  const std::vector<RankedResults> lists{
      {{result("https://a.example/"), result("https://b.example/")}, 10},
      {{result("https://c.example/"), result("https://b.example/")}, 10}};
  CHECK(urls(merged(lists, {10, 3})) ==
        Urls{"https://b.example/", "https://a.example/", "https://c.example/"});
}

TEST_CASE("a provider of more weight goes first") {
  const std::vector<RankedResults> lists{{{result("https://a.example/")}, 1},
                                         {{result("https://b.example/")}, 2}};
  CHECK(urls(merged(lists, {10, 3})) == Urls{"https://b.example/", "https://a.example/"});
}

TEST_CASE("one page under several spellings is one result, completed by all of them") {
  WebResult bare = result("http://www.a.example/x/"),
            told = result("https://a.example/x?utm_source=y&gclid=1");
  told.title = "Told";
  const std::vector<RankedResults> lists{{{bare, told, result("https://a.example/x?id=1")}, 10}};
  const auto results = merged(lists, {10, 10});
  REQUIRE(urls(results) == Urls{"http://www.a.example/x/", "https://a.example/x?id=1"});
  CHECK(results[0].title == "Told");
  CHECK(page_key("https://a.example/") == page_key("http://www.a.example"));
  CHECK(page_key("https://a.example/x?a=1&utm_medium=b") == page_key("https://a.example/x?a=1"));
  CHECK(page_key("https://a.example/x?a=1") != page_key("https://a.example/x?a=2"));
}

TEST_CASE("no host takes more than its share, and there are no more results than wanted") {
  RankedResults list;
  for (int i = 0; i < 20; ++i)
    list.results.push_back(result("https://a.example/" + std::to_string(i)));
  list.results.push_back(result("https://b.example/"));
  CHECK(merged({&list, 1}, {10, 3}).size() == 4);
  CHECK(merged({&list, 1}, {2, 3}).size() == 2);
}

TEST_CASE("hosts and times that are not wanted are left out") {
  WebQuery query;
  query.hosts = {".example.org"};
  query.hosts_denied = {"bad.example.org"};
  query.after = std::chrono::sys_days(std::chrono::year(2026) / 2 / 1);
  query.before = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
  std::vector<WebResult> results{result("https://www.example.org/a"),
                                 result("https://bad.example.org/b"),
                                 result("https://example.net/c"),
                                 result("https://example.org/old", "2026-01-31"),
                                 result("https://example.org/first", "2026-02-01T00:00:00Z"),
                                 result("https://example.org/last", "2026-03-01T23:00:00Z"),
                                 result("https://example.org/new", "2026-03-02")};
  keep_wanted(query, results);
  CHECK(urls(results) ==
        Urls{"https://www.example.org/a", "https://example.org/first", "https://example.org/last"});
}

TEST_CASE("a topic is met by any of its entries, whose words stand side by side") {
  const std::vector<policy::SearchTopic> topics{
      {{"python", "standard library"}, {"https://p.example/{query}"}, {"https://p.example/feed"}},
      {{"红隼"}, {"https://h.example/"}, {}}};
  const auto met = [&](const char* text) {
    WebQuery query;
    query.text = text;
    return urls(topic_sources(topics, query).pages);
  };
  CHECK(met("Python 3.14 release") == Urls{"https://p.example/Python%203.14%20release"});
  CHECK(met("the standard library").size() == 1);
  CHECK(met("standard of the library").empty());
  CHECK(met("pythonic").empty());
  CHECK(met("红隼的端口") == Urls{"https://h.example/"});
  WebQuery query;
  query.text = "python";
  CHECK(topic_sources(topics, query).feeds == Urls{"https://p.example/feed"});
  CHECK(topic_sources(topics, query).pages[0].provenance == policy::Provenance::site_list);
}

TEST_CASE("of a feed the entries that share words with the query are candidates") {
  FetchedPage feed;
  feed.entries = {{"https://a.example/1", "Kestrel 4.1 is out", "2026-01-01", ""},
                  {"https://a.example/2", "Kestrel 4.2 released", "2026-02-01", ""},
                  {"https://a.example/3", "Unrelated", "2026-03-01", ""},
                  {"https://a.example/kestrel-release-notes", "", "", "2026-01-05"}};
  WebQuery query;
  query.text = "Kestrel released";
  const auto found = fitting_entries(feed, query, 10);
  CHECK(urls(found) == Urls{"https://a.example/2", "https://a.example/kestrel-release-notes",
                            "https://a.example/1"});
  CHECK(found[0].provenance == policy::Provenance::feed);
  CHECK(found[1].published == "2026-01-05");
  CHECK(fitting_entries(feed, query, 1).size() == 1);
}

}  // namespace
}  // namespace seekd::daemon
