// Passages of stored pages: what retrieval returns, what a prompt is made of, what a citation
// points to.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/page.h"

namespace seekd {

struct Passage {
  std::string url;  // canonical
  std::string title;
  std::string published;  // as PageMetadata has them
  std::string modified;
  std::string heading_path;   // "Chapter > Section", "" at the top
  std::string text;           // snapshot_text[byte_begin, byte_end)
  std::string snapshot_hash;  // 32 hex digits, xxh3-128 of the snapshot's text
  std::uint32_t version = 0;  // of the page
  std::size_t byte_begin = 0;
  std::size_t byte_end = 0;
  TimePoint retrieved_at;  // last time its server confirmed it (200 or 304)
  TimePoint fresh_until;
  bool stale_forbidden =
      false;  // past fresh_until it may not be used unconfirmed (forbids_stale())
  std::vector<std::string> also_at;  // URLs of other pages that say the same, as a search met them
  double score = 0.0;                // of the retrieval that found it; larger is better
};

namespace policy {

using TokenCounter = std::function<std::size_t(std::string_view)>;

// What of a passage is worth so many tokens; nullopt: nothing.
using PassageCutter = std::function<std::optional<Passage>(const Passage&, std::size_t tokens_max)>;

// The passages worth their place within `tokens_max`, best first taken, returned in canonical order
// (url, byte_begin) so that the same pages give the same prompt prefix. Overlapping and duplicate
// texts are taken once. One that does not fit whole is taken as `cut` leaves it.
std::vector<Passage> select_passages(std::vector<Passage> candidates, std::size_t tokens_max,
                                     std::size_t passages_max, const TokenCounter& count_tokens,
                                     const PassageCutter& cut);

}  // namespace policy
}  // namespace seekd
