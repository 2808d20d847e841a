// Judged questions about pages: a JSON object a line.
//
//   {"id": "kestrel-port", "question": "Which port …?", "answers": ["7311"], "page":
//   "kestrel.html",
//    "beside": ["heron.html"], "before": "kestrel-2024.html", "named": false}
//
// Blocking; one thread. Errors name file and line: not_found, too_large, io, invalid_argument.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "policy/result.h"

namespace seekd::ctl {

struct AnswerCase {
  std::string id;
  std::string question;
  std::vector<std::string> answers;  // any of them, as part of an answer, is right
  std::string page;                  // that has it; a file below the pages' folder
  std::vector<std::string> beside;   // others that are read with it, and do not have it
  std::string before;  // what `page` was when it was first read; "": it has not changed
  bool named = true;   // the question comes with the pages' URLs; else the cache finds them
};

Result<std::vector<AnswerCase>> read_cases(const std::filesystem::path& file);

// Whether a text has one of the answers, whatever the case of its letters and its white space.
bool has_answer(const AnswerCase& asked, const std::string& text);

}  // namespace seekd::ctl
