// Which entries of a feed are to be fetched.

#include "daemon/refresh/feed_entries.h"

#include <catch2/catch.hpp>

#include "daemon/time_text.h"

namespace seekd::daemon {
namespace {

const std::string feed = "https://example.org/feed.xml";

PageEntry entry(std::string url, std::string published = "", std::string modified = "") {
  return {.url = std::move(url),
          .title = "",
          .published = std::move(published),
          .modified = std::move(modified)};
}

std::vector<std::string> urls_of(const std::vector<Candidate>& candidates) {
  std::vector<std::string> urls;
  for (const Candidate& candidate : candidates) urls.push_back(candidate.url);
  return urls;
}

TEST_CASE("candidates come once, the latest first, undated ones in their own order behind them") {
  const std::vector<PageEntry> entries{
      entry("https://example.org/undated-1"),
      entry("https://example.org/old", "2026-01-01"),
      entry("https://EXAMPLE.org/new", "2026-01-01T00:00:00Z", "2026-03-01T10:00:00Z"),
      entry("https://example.org/undated-2", "", "last Tuesday"),
      entry("https://example.org/new", "2026-03-02"),
      entry("https://example.org/middle", "2026-02-01T00:00:00Z")};
  CHECK(urls_of(candidates_of(entries, feed, {})) ==
        std::vector<std::string>{"https://example.org/new", "https://example.org/middle",
                                 "https://example.org/old", "https://example.org/undated-1",
                                 "https://example.org/undated-2"});
}

TEST_CASE("what is no URL, the feed itself and what was given up are no candidates") {
  const std::vector<PageEntry> entries{entry("javascript:alert(1)"),
                                       entry("/relative"),
                                       entry(""),
                                       entry(feed),
                                       entry("https://example.org/a"),
                                       entry("https://example.org/b", "2026-03-01")};
  const auto all = candidates_of(entries, feed, {});
  CHECK(urls_of(all) == std::vector<std::string>{"https://example.org/b", "https://example.org/a"});
  const std::vector<std::uint64_t> given_up{all[0].hash};
  CHECK(urls_of(candidates_of(entries, feed, given_up)) ==
        std::vector<std::string>{"https://example.org/a"});
  // With another date it is another entry.
  const std::vector<PageEntry> again{entry("https://example.org/b", "2026-03-02")};
  CHECK(candidates_of(again, feed, given_up).size() == 1);
}

TEST_CASE("an entry is fetched when its page is not stored, or dated after the stored copy") {
  const auto judge = [](const std::string& date, const std::string& stored) {
    const std::vector<PageEntry> entries{entry("https://example.org/a", date)};
    return judge_entry(candidates_of(entries, feed, {}).front(),
                       stored.empty() ? std::nullopt : parse_time(stored));
  };
  CHECK(judge("2026-03-01T10:00:00Z", "") == EntryState::absent);
  CHECK(judge("", "") == EntryState::absent);
  CHECK(judge("2026-03-01T10:00:00Z", "2026-03-01T09:59:59Z") == EntryState::changed);
  CHECK(judge("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z") == EntryState::known);
  CHECK(judge("", "2026-03-01T10:00:00Z") == EntryState::known);
  // A date alone may mean any hour of its day.
  CHECK(judge("2026-03-01", "2026-03-01T23:59:59Z") == EntryState::changed);
  CHECK(judge("2026-03-01", "2026-03-02T00:00:00Z") == EntryState::known);
}

}  // namespace
}  // namespace seekd::daemon
