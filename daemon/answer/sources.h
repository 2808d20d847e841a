// Which pages a question wants, and what is to be done with each: the source plan.
//
// Pure; any thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/answer/answer.h"
#include "daemon/answer/question.h"
#include "policy/question.h"

namespace seekd::daemon {

struct SourcePlan {
  std::vector<std::string>
      urls;  // canonical where they can be read, else as written: the door says what is wrong
  std::vector<Notice>
      notices;  // wanted and left out: over `fetches_max`, outside the caller's domains
};

// The URLs that the caller names, then those in its last message; each once, in that order.
SourcePlan plan_sources(const Question& question, const policy::QuestionVerdict& verdict,
                        std::size_t fetches_max);

// What a search is asked: the question's text less its URLs.
std::string search_text(std::string_view question, std::span<const std::string> urls);

enum class Age : std::uint8_t { young_enough, too_old };

// Within `max_age` of its last confirmation where one is given (0: always too old), else within its
// own lifetime. What must be confirmed is too old for any caller.
Age judge_age(const cache::StoredPage& page, std::optional<std::chrono::seconds> max_age,
              TimePoint now);
Age judge_age(const Passage& passage, std::optional<std::chrono::seconds> max_age, TimePoint now);

// RFC 9111 §4.2.4: past its lifetime, and its server forbids to use it unconfirmed.
bool must_be_confirmed(const cache::StoredPage& page, TimePoint now);
bool must_be_confirmed(const Passage& passage, TimePoint now);

// What an answer says of the page that a passage is of.
Source source_of(const Passage& passage, policy::SourceState state);

// Whether a host is one of `hosts`, each as policy::SiteRule::host writes it.
bool names_host(std::span<const std::string> hosts, std::string_view host);

// The passages of a page that the cache does not hold or that a search does not find in it, best
// first: those that share words with the question, then the page's beginning.
std::vector<Passage> passages_of(const cache::StoredPage& page, std::string_view question);

}  // namespace seekd::daemon
