// The pages that a model reads next, chosen by itself: what it is offered, and what is taken of its
// reply. It names offered results and links by their numbers; nothing else that it writes is
// followed. Models whose chat template has a form for tools call them (choice_talk.h); the others
// reply with one line: "read 2, 5", "search kestrel release notes" or "answer".
//
// Pure; any thread. Titles and snippets are strangers' words: they stand in the request as lines of
// a list, and can get a page read that is on the list, and none that is not.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/answer/lead.h"
#include "daemon/answer/question.h"
#include "model/model.h"
#include "policy/passages.h"

namespace seekd::daemon {

inline constexpr std::size_t offers_max = 12;

// What the model chooses from. Its numbers begin at 1.
struct Offers {
  std::vector<Lead> pages;        // at most offers_max
  std::vector<Passage> read;      // what has been read so far
  std::size_t reads_max = 0;      // pages in one reply
  std::size_t searches_left = 0;  // 0: it may word no search
};

namespace choice {
struct Read {
  std::vector<std::size_t> pages;  // indices of Offers::pages, each once; not empty
};
struct Search {
  std::string query;
};
struct Answer {};  // what was read is enough
}  // namespace choice
using Choice = std::variant<choice::Read, choice::Search, choice::Answer>;

// What was read so far, and the numbered list.
std::string offers_text(const Offers& offers);

// Greedy, without a thought, and one line long.
model::GenerateRequest choice_request(const Question& question, const Offers& offers,
                                      TimePoint now);

// nullopt: it is none of the three, or not what the functions below take.
std::optional<Choice> read_choice(std::string_view reply, const Offers& offers,
                                  const Question& question);

// The pages of these numbers; nullopt: none, more than reads_max, or one is not on the list.
std::optional<Choice> choose_pages(std::span<const std::size_t> numbers, const Offers& offers);

// nullopt: no search is left, or it is a query that model_queries.h would not take or that shares
// no word with what the caller wrote.
std::optional<Choice> choose_search(std::string_view query, const Offers& offers,
                                    const Question& question);

// nullopt: nothing was read.
std::optional<Choice> choose_answer(const Offers& offers);

}  // namespace seekd::daemon
