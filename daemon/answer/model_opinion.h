// The model's opinion where rules leave it open whether a question's answer changes over time
// (policy/question.h), or whether passages answer it (policy/coverage.h): its next word, "Yes" or
// "No", in one pass over a prompt.
//
// Pure; any thread.

#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "config/config.h"
#include "daemon/answer/question.h"
#include "model/model.h"
#include "policy/passages.h"

namespace seekd::daemon {

// Is a model of that size asked?
bool is_asked(config::ModelAsked when, std::uint64_t parameters);

model::ScoreRequest opinion_request(const std::string& question, model::Priority priority);

// Do these passages answer it? REQUIRES: they fit into the model's context.
model::ScoreRequest coverage_request(const Question& question, std::span<const Passage> passages,
                                     TimePoint now);

// Of its scores: the probability of "Yes", where it says one of both. REQUIRES: they are of
// opinion_request() or coverage_request().
double opinion_of(std::span<const model::Score> scores);

}  // namespace seekd::daemon
