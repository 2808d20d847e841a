// Which pages a question wants, and what is to be done with each: the source plan.
//
// Pure; any thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/answer/answer.h"
#include "daemon/answer/question.h"
#include "policy/age.h"
#include "policy/question.h"

namespace seekd::daemon {

struct SourcePlan {
  std::vector<std::string>
      urls;  // canonical where they can be read, else as written: the door says what is wrong
  std::vector<Notice>
      notices;  // wanted and left out: over `fetches_max`, outside the caller's domains or scope
};

// The URLs that the caller names, then those in its last message; each once, in that order.
SourcePlan plan_sources(const Question& question, const policy::QuestionVerdict& verdict,
                        std::size_t fetches_max);

// The sites whose word the question wants, as Question::hosts: each with all below it, as far as
// the caller lets them in. What he leaves out becomes a notice.
struct SitePlan {
  std::vector<std::string> hosts;
  std::vector<std::string> entrances;  // URLs of their front pages
  std::vector<Notice> notices;
};
SitePlan plan_sites(const Question& question, std::span<const std::string> sites);

// What a search is asked: the question's text less its URLs.
std::string search_text(std::string_view question, std::span<const std::string> urls);

// As policy/age.h says.
policy::Age judge_age(const cache::StoredPage& page, std::optional<std::chrono::seconds> max_age,
                      TimePoint now);

// RFC 9111 §4.2.4: past its lifetime, and its server forbids to use it unconfirmed.
bool must_be_confirmed(const cache::StoredPage& page, TimePoint now);
bool must_be_confirmed(const Passage& passage, TimePoint now);

// Of a page that its server forbids to store: it serves one answer, and nothing can be cited of it.
bool is_unstored(const Passage& passage);

// What an answer says of the page that a passage is of.
Source source_of(const Passage& passage, policy::SourceState state);

// Of a copy that an offline question uses all the same.
Notice older_than_max_age(const std::string& url, TimePoint retrieved_at);

// Whether the caller's domains let a page of that URL into the answer. What is no URL passes unless
// domains are named that it must be of.
bool is_wanted(const Question& question, std::string_view url);

// The passages of a page that the cache does not hold or that a search does not find in it, best
// first: those that share words with the question, then the page's beginning.
std::vector<Passage> passages_of(const cache::StoredPage& page, std::string_view question);

}  // namespace seekd::daemon
