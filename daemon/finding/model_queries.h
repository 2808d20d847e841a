// What the web is searched for, worded by the model: what it is asked, and what is taken of its
// reply.
//
// Pure; any thread. It is shown what the caller wrote and what he was answered, and no page: what a
// page says words no query. What it replies is read line by line, and a line that does not look
// like a query is none, so that the rules' queries (queries.h) stand where it fails.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/question.h"
#include "daemon/finding/web_result.h"
#include "model/model.h"
#include "policy/page.h"

namespace seekd::daemon {

// Greedy, without a thought, and a few dozen tokens long.
model::GenerateRequest queries_request(const Question& question, TimePoint now, std::size_t most);

// What was said in a conversation, a turn a line, the latest turns of it.
std::string transcript(const std::vector<model::Message>& messages);

// At most `most` texts, each a query.
std::vector<std::string> read_queries(std::string_view reply, std::size_t most);

// Those of the model, then those of the rules as far as there is room, each once, from the hosts of
// the rules'. REQUIRES: there is one by rules.
std::vector<WebQuery> joined_queries(std::vector<std::string> worded,
                                     std::vector<WebQuery> by_rules, std::size_t most);

}  // namespace seekd::daemon
