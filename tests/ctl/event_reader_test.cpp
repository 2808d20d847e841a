#include "ctl/event_reader.h"

#include <vector>

#include <catch2/catch.hpp>

using seekd::ctl::EventReader;

namespace {

// The events of `text`, fed in pieces of every size.
std::vector<std::string> events_of(std::string_view text, std::size_t piece) {
  std::vector<std::string> events;
  EventReader reader([&](std::string_view data) { events.emplace_back(data); });
  for (std::size_t at = 0; at < text.size(); at += piece)
    REQUIRE(reader.feed(text.substr(at, piece)));
  return events;
}

}  // namespace

TEST_CASE("events are the same whatever pieces they come in", "[ctl][events]") {
  const std::string_view text =
      "data: {\"a\":1}\n\ndata:two\r\n\r\n: a comment\nid: 7\ndata: x\ndata: y\n\n\n\ndata: "
      "[DONE]\n\ndata: cut";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CHECK(events_of(text, piece) == std::vector<std::string>{"{\"a\":1}", "two", "x\ny", "[DONE]"});
  }
}

TEST_CASE("an empty data field is an event", "[ctl][events]") {
  CHECK(events_of("data:\n\n", 1) == std::vector<std::string>{""});
  CHECK(events_of("event: ping\n\n", 1).empty());
}

TEST_CASE("a line without end is an error, not memory", "[ctl][events]") {
  EventReader reader([](std::string_view) {});
  const std::string piece(1 << 20, 'x');
  seekd::Status status;
  for (int i = 0; i < 20 && status; ++i) status = reader.feed(piece);
  REQUIRE(!status);
  CHECK(status.error().code == seekd::ErrorCode::too_large);
}
