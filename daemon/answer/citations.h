// Which sentences of an answer are supported by which range of a page.
//
// Pure; any thread. A small model writes few markers and wrong ones, so the text itself decides. A
// sentence is supported by one to three consecutive sentences of a passage that say what it says
// (claims.h); of several, the later ones must refer to the one before ("It", "它"), else words of
// different subjects would be mixed. Questions claim nothing, and neither does a sentence that runs
// in circles. What fails is not cited.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/answer/text_units.h"
#include "policy/passages.h"

namespace seekd::daemon {

inline constexpr std::size_t support_sentences_max = 3;  // of the passage

struct Support {
  ByteRange sentence;       // of the answer's text, bytes
  std::size_t passage = 0;  // index of the passage that holds the support
  ByteRange range;  // of the snapshot's text, bytes; the tightest that supports the sentence

  bool operator==(const Support&) const = default;
};

struct SupportedText {
  std::vector<Support> supports;  // in the order of the text, at most one a sentence
  std::size_t markers_dropped =
      0;  // "[n]" that name no passage, or one that does not support their sentence
};

// `question` decides between ranges that support a sentence equally well.
SupportedText find_supports(std::string_view text, std::span<const Passage> passages,
                            std::string_view question);

}  // namespace seekd::daemon
