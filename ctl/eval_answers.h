// Quality of answers on judged questions: pages are served by a web server of this run's own, a
// seekd and a fetcher of its own read them, store them and answer; beside it the same model is
// given the passage that has the answer.
//
// Blocking; one thread. Everything lives in a folder that goes with the run.
#pragma once

#include <filesystem>
#include <ostream>

#include "policy/result.h"

namespace seekd::ctl {

struct AnswerRun {
  std::filesystem::path cases;  // answer_cases.h
  std::filesystem::path pages;  // folder of the files that the cases name
  std::filesystem::path model;  // as model.path; "": the embedded default
};

// Writes a JSON object for each case, a line each, and one of all of them; tells on standard error
// what a person wants to know. Errors: of the files, of the programs, of a question.
Status run_answers(const AnswerRun& run, std::ostream& output);

}  // namespace seekd::ctl
