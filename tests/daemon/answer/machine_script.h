// What the tests of AnswerMachine share: a question, a model that counts words, pages and replies
// to feed it with.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/answer/answer_machine.h"

namespace seekd::daemon::script {

inline constexpr TimePoint now{std::chrono::seconds(1'772'366'400)};
inline const std::string url = "https://docs.example.org/kestrel";
inline const std::string fact = "The default port of Kestrel is 7311.";

inline constexpr std::uint64_t page_bytes_max = 4 << 20;  // of the door

// With a budget of 3 rounds, 8 pages, 32 MiB.
Question question(std::string text = "Which port does Kestrel use by default?");
Question question_about(std::vector<std::string> urls);

// Counts a token a word; a context of 2,000.
ModelView word_model();

AnswerMachine::Settings settings();

// A page that says `fact`, retrieved `age` before now and fresh for an hour.
cache::StoredPage page(std::string url, std::chrono::seconds age, std::string text = fact);
Passage passage(const cache::StoredPage& page, double score = 1.0);

fetcher::FetchReply fetched(const std::string& url, std::string text = fact,
                            std::string cache_control = "max-age=3600");
fetcher::FetchReply not_modified(const std::string& url);
fetcher::FetchReply refused(policy::EgressReason reason, std::string message);

// The first action of that kind.
template <class Wanted>
const Wanted* find(const Actions& actions) {
  for (const Action& action : actions) {
    if (const auto* found = std::get_if<Wanted>(&action)) return found;
  }
  return nullptr;
}

template <class Wanted>
std::size_t count(const Actions& actions) {
  std::size_t found = 0;
  for (const Action& action : actions) found += std::holds_alternative<Wanted>(action) ? 1 : 0;
  return found;
}

AnswerMachine machine_for(Question question);

// What the cache finds of a page that is not there.
std::optional<cache::StoredPage> nothing();

// A question about `url`, started and answered by the cache's lookup.
Actions look_up(AnswerMachine& machine, std::optional<cache::StoredPage> stored);

// REQUIRES: an answer with one source.
const Source& only_source(const Result<Answer>& answer);

// Feeds the model's text and agrees to every citation; returns the answer. REQUIRES: the machine
// has asked to generate.
Result<Answer> complete(AnswerMachine& machine, const std::string& text = fact);

std::vector<std::string> codes(const Answer& answer);

}  // namespace seekd::daemon::script
