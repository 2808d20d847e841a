// Watches as bytes: the same when they are read, and nothing else is taken for one.

#include "daemon/refresh/watch_record.h"

#include <random>

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

const TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 3 / 2);

Watch full_watch() {
  Watch watch;
  watch.id = 300;
  watch.url = "https://example.org/feed.xml";
  watch.terms = {
      .rhythm = Rhythm::calendar, .calendar = "Mon..Fri 06:00", .interval = 0s, .entries_max = 20};
  watch.added_at = start;
  watch.due = start + 6h;
  watch.kind = PageKind::feed;
  watch.failures_in_row = 2;
  watch.runs = 9;
  watch.changes = 4;
  watch.not_modified = 3;
  watch.failures = 2;
  watch.entries_left = 70'000;
  WatchRun run;
  run.at = start - 1h;
  run.reason = "http_error";
  run.message = "the server answered 503";
  run.http_status = 503;
  run.entries_fetched = 3;
  run.entries_failed = 1;
  run.wire_bytes = 123'456;
  WatchRun later;
  later.at = start;
  later.outcome = RunOutcome::changed;
  watch.history = {run, later};
  watch.given_up = {1, 0xffffffffffffffff};
  return watch;
}

TEST_CASE("a watch and the ledger come back as they were") {
  Watch bare;
  bare.id = 1;
  bare.url = "https://example.org/";
  Watch question = bare;
  question.url = "";
  question.question = {"Which port?",
                       "chat",
                       {KnownBy::token, "alice", {1001, {1001, 100}}, {"reader", "operator"}}};
  for (const Watch& watch : {full_watch(), bare, question}) {
    Watch read;
    REQUIRE(decode(encode(watch), read));
    CHECK(read == watch);
  }
  const RefreshLedger ledger{.day = 20'514,
                             .pages = 3,
                             .wire_bytes = 1ULL << 40,
                             .answers = 2,
                             .next_id = 7,
                             .next_event = 400};
  RefreshLedger read;
  REQUIRE(decode(encode(ledger), read));
  CHECK(read == ledger);
}

TEST_CASE("bytes that are cut, that have something left over or another layout are refused") {
  const std::string bytes = encode(full_watch());
  Watch watch;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(decode(std::string_view(bytes).substr(0, size), watch));
  }
  CHECK_FALSE(decode(bytes + '\0', watch));
  CHECK_FALSE(decode('\x03' + bytes.substr(1), watch));
  RefreshLedger ledger;
  CHECK_FALSE(decode("", ledger));
  CHECK_FALSE(decode(encode(RefreshLedger{}) + "x", ledger));
}

TEST_CASE("what was written before there were questions is read still") {
  const std::string bytes = encode(full_watch());
  Watch watch;
  REQUIRE(decode('\x01' + bytes.substr(1, bytes.size() - 2), watch));
  CHECK(watch == full_watch());
  const RefreshLedger ledger{.day = 20'514, .pages = 3, .wire_bytes = 70, .next_id = 7};
  const std::string written = encode(ledger);
  RefreshLedger read{.answers = 9, .next_event = 9};
  REQUIRE(decode('\x01' + written.substr(1, written.size() - 3), read));
  CHECK(read.next_id == 7);
}

TEST_CASE("bytes of chance are read or refused, and nothing worse") {
  std::mt19937 dice(11);
  const std::string sound = encode(full_watch());
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = sound;
    for (std::size_t changes = 1 + dice() % 4; changes > 0; --changes) {
      bytes[dice() % bytes.size()] = static_cast<char>(dice());
    }
    Watch watch;
    if (decode(bytes, watch)) CHECK(watch.history.size() < bytes.size());
  }
}

}  // namespace
}  // namespace seekd::daemon
