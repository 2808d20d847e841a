// What a question asks of pages themselves: what a site says ("according to debian.org"), and what
// a page said at a past moment ("what did the page say on 1 March").
//
// Pure; any thread. Linear in the text. English, Chinese and Japanese. Where it is doubtful,
// nothing of the kind is asked: "did Meta buy it last year" is of the past, and of no page.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/page.h"
#include "policy/spoken_time.h"

namespace seekd::policy {

// What a question names, as QuestionVerdict has it.
struct Mentions {
  std::span<const std::string> urls;
  std::span<const std::string> sites;
};

// Of the sites that it names, those whose word it wants, in order.
std::vector<std::string> asked_sites(std::string_view text, const Mentions& mentions);

// The last moment of the time that it speaks of, where it asks how pages were then.
std::optional<TimePoint> asked_version(std::string_view text, const Mentions& mentions,
                                       const std::optional<SpokenTime>& time, TimePoint now);

}  // namespace seekd::policy
