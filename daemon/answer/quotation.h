// Quotation: what a page says of the question, word for word, set below an answer that no passage
// supports. A reader then has a checked sentence beside the model's own words.
//
// Pure; any thread.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/answer/citations.h"
#include "daemon/answer/prompt.h"
#include "policy/passages.h"

namespace seekd::daemon {

// A sentence with fewer of the question's content words speaks of something else.
inline constexpr double quotation_share_min = 0.5;

struct Quotation {
  std::string text;  // to be appended to the answer
  Support support;   // `sentence` is the range of the quoted words within `text`
};

// nullopt where no statement of the passages speaks of the question enough. `language` is that of
// the words around it.
std::optional<Quotation> quote_passage(std::span<const Passage> passages, std::string_view question,
                                       Language language);

}  // namespace seekd::daemon
