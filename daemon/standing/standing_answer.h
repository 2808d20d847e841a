// What a standing question was answered with, and who has been told.
//
// Plain data; any thread may read it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/page.h"

namespace seekd::daemon {

inline constexpr std::size_t answers_kept = 8;  // of one question
inline constexpr std::size_t standing_answer_bytes_max = 16 << 10;
inline constexpr std::size_t cited_pages_max = 8;  // of one answer

// A page that an answer cites, as it stood in the cache then.
struct CitedPage {
  std::string url;
  std::string title;
  std::string snapshot_hash;
  std::uint32_t version = 0;

  bool operator==(const CitedPage&) const = default;
};

// A page that the answer before cited, and that is another one by now.
struct ChangedPage {
  std::string url;
  std::uint32_t version_before = 0;
  std::uint32_t version = 0;  // 0: it is no longer in the cache

  bool operator==(const ChangedPage&) const = default;
};

// How far a webhook's notice has come.
struct NoticeDelivery {
  enum class State : std::uint8_t {
    none,       // nobody is to be told
    pending,    // to be told, for the first time or again
    delivered,  // the receiver said 2xx
    given_up,   // it said 410, or nothing good for too long, or is no longer configured
  };

  State state = State::none;
  std::uint32_t attempts = 0;
  TimePoint next_at;    // of `pending`: not before
  std::string problem;  // of the last attempt; "" where it went well

  bool operator==(const NoticeDelivery&) const = default;
};
std::string_view to_string(NoticeDelivery::State state);

struct StandingAnswer {
  std::uint64_t event = 0;  // its number among the answers to all questions, from 1
  TimePoint at;
  TimePoint confirmed_at;  // last time that the question was answered, and no differently
  std::string content;
  std::vector<CitedPage> cited;
  std::vector<ChangedPage> changed;  // why it was asked again; empty: the first, or none was cited
  NoticeDelivery delivery;

  bool operator==(const StandingAnswer&) const = default;
};

// The same words, but for the spaces between them, from the same pages.
bool says_the_same(const StandingAnswer& one, const StandingAnswer& other);

}  // namespace seekd::daemon
