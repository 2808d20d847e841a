// Near duplicates: passages that say the same under several URLs, of which a search shows one.
//
// Texts are compared word by word, without case, signs and what is noise (noise.h). One stands for
// another where it says the same words; within a site, also where it contains them whole. Never by
// resemblance alone: texts that differ in one word of eighty resemble each other by 0.93 (A.
// Broder, "On the resemblance and containment of documents", 1997), and the word may be "not".
// Reasons: docs/decisions/0016.
//
// One thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace seekd::cache {

// Texts in the order in which they came, the best first.
class NearDuplicates {
 public:
  struct Stand {
    std::size_t text = 0;     // counted from 0
    bool whole_only = false;  // it says more than the one that it stands for
  };

  // Which text before it stands for this one; nullopt: none, and it is the next of them. `host`:
  // the site that says it.
  std::optional<Stand> add(std::string_view host, std::string_view text);

 private:
  struct Text {
    std::string host;
    std::string words;  // each with a space before it, and one after the last
  };

  std::vector<Text> texts_;
  std::unordered_map<std::string, std::vector<std::size_t>> having_;  // a run of words → texts
};

}  // namespace seekd::cache
