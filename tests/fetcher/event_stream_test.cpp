#include "fetcher/worker/upstream/event_stream.h"

#include <vector>

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;

namespace {

constexpr std::size_t event_bytes_max = 64;

// In pieces of so many bytes.
Result<std::vector<std::string>> events_of(std::string_view text, std::size_t piece) {
  EventStream stream(event_bytes_max);
  std::vector<std::string> events;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    const Status fed = stream.feed(text.substr(0, piece), [&](std::string_view data) -> Status {
      events.emplace_back(data);
      return {};
    });
    if (!fed) return std::unexpected(fed.error());
  }
  return events;
}

}  // namespace

TEST_CASE("events are the same however their bytes come") {
  const std::string text =
      "data: one\n\ndata:two\r\n\r\ndata: three\rdata: more\r\r: comment\nid: 1\nevent: x\n\n"
      "database: no\n\ndata\n\n\n\ndata:  spaced\n\ndata: unfinished";
  const std::vector<std::string> wanted{"one", "two", "three\nmore", "", " spaced"};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CAPTURE(piece);
    CHECK(events_of(text, piece).value() == wanted);
  }
}

TEST_CASE("lines and events over the limit are an error, before they are kept") {
  CHECK_FALSE(events_of(std::string(event_bytes_max + 1, 'x'), 7));
  std::string lines;
  while (lines.size() < 20 * event_bytes_max) lines += "data: xxxxxxx\n";
  CHECK_FALSE(events_of(lines, 7));
  CHECK(events_of(std::string(100 * event_bytes_max, '\n'), 7).value().empty());
}

TEST_CASE("what the taker says ends it") {
  EventStream stream(event_bytes_max);
  const Status fed = stream.feed(
      "data: a\n\n", [](std::string_view) -> Status { return fail(ErrorCode::corrupt, "no"); });
  REQUIRE_FALSE(fed);
  CHECK(fed.error().code == ErrorCode::corrupt);
}
