// An answer's parts as JSON, for every interface that answers questions.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <vector>

#include <boost/json.hpp>

#include "daemon/answer/answer.h"

namespace seekd::daemon {

// Of a source, and the bytes of its snapshot that are meant.
boost::json::object snapshot_json(const Source& source, std::size_t byte_begin,
                                  std::size_t byte_end);

// Where a citation stands, which page it names, and which bytes of its snapshot.
boost::json::object citation_json(const Answer& answer, const Citation& citation);

// "citations" names the pages that a checked citation points to; "search_results" all that the
// model was given; "notices"; "answered_from".
void add_sources(boost::json::object& body, const Answer& answer);

// A token each: {"token", "logprob", "bytes", "top_logprobs"}.
boost::json::array token_logprobs_json(const std::vector<model::AnswerToken>& tokens);

}  // namespace seekd::daemon
