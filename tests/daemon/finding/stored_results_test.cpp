#include "daemon/finding/stored_results.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

constexpr TimePoint now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

Passage passage(std::string url, std::string text) {
  Passage passage;
  passage.url = std::move(url);
  passage.title = "Kestrel";
  passage.text = std::move(text);
  passage.published = "2026-03-14";
  passage.retrieved_at = now - std::chrono::minutes(5);
  passage.fresh_until = now + std::chrono::hours(1);
  return passage;
}

const std::string query = "default port of Kestrel";
const std::string fact = "The default port of Kestrel is 7311.";

TEST_CASE("a page is one result, by its best passage") {
  const std::vector<Passage> passages{passage("https://a.example/", fact),
                                      passage("https://b.example/", fact),
                                      passage("https://a.example/", "Kestrel has one port.")};
  const auto results = stored_results(query, passages, now);
  REQUIRE(results.size() == 2);
  CHECK(results[0].url == "https://a.example/");
  CHECK(results[0].snippet == fact);
  CHECK(results[0].published == "2026-03-14");
  CHECK(results[0].provider == "cache");
}

TEST_CASE("the nearest passage is no result where it does not speak of the query") {
  const std::vector<Passage> passages{
      passage("https://a.example/", "Apples are picked in autumn.")};
  CHECK(stored_results("default port of Osprey clusters", passages, now).empty());
}

TEST_CASE("a page that is too old to be used unasked is no result") {
  Passage old = passage("https://a.example/", fact);
  old.fresh_until = now - std::chrono::seconds(1);
  CHECK(stored_results(query, {&old, 1}, now).empty());
}

TEST_CASE("a long passage is cut between two characters") {
  std::string text = fact;
  while (text.size() < 4096) text += " \u00fc";
  const Passage wordy = passage("https://a.example/", text);
  const auto results = stored_results(query, {&wordy, 1}, now);
  REQUIRE(results.size() == 1);
  CHECK(results[0].snippet.size() <= 2048);
  CHECK((results[0].snippet.ends_with("\u00fc") || results[0].snippet.ends_with(" ")));
}

}  // namespace
}  // namespace seekd::daemon
