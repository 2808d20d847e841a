// What the web is searched for, made of a conversation: its last question in words that stand
// alone, with the date that it speaks of, in the language of the sources.
//
// Pure; any thread. Linear in the texts' edges, which are all that is read.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/answer/question.h"
#include "daemon/finding/web_result.h"
#include "model/model.h"
#include "policy/question.h"

namespace seekd::daemon {

// A time that pages are wanted of: what the question speaks of, or now.
struct WantedTime {
  TimePoint begin;
  TimePoint end;      // the first second after it
  std::string words;  // by which the question names it, ", " between them; "" where it does not
};

// At most `most`, each once, the best first. None where the question says nothing but a URL.
// REQUIRES: the last message is the user's.
std::vector<WebQuery> web_queries(std::span<const model::Message> conversation,
                                  const std::optional<WantedTime>& time, std::size_t most);

// A query of that text, in its language.
WebQuery query_of(std::string text);

// The time that the question speaks of, or this month where what it asks about changes within
// months.
std::optional<WantedTime> wanted_time(const policy::QuestionVerdict& verdict, TimePoint now);

// Those of a question, of its wanted_time(), from the hosts that its caller wants.
std::vector<WebQuery> queries_for(const Question& question, const policy::QuestionVerdict& verdict,
                                  TimePoint now, std::size_t most);

}  // namespace seekd::daemon
