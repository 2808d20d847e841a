#include "ctl/answer_cases.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "ctl/json_view.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t line_bytes_max = 1 << 20;

std::vector<std::string> texts_at(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  for (const json::value& item : array_at(object, name)) {
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

Status check_fields(const json::object& object) {
  constexpr std::array<std::string_view, 7> known{"id",     "question", "answers", "page",
                                                  "beside", "before",   "named"};
  for (const json::key_value_pair& field : object) {
    if (std::ranges::find(known, std::string_view(field.key())) == known.end()) {
      return fail(ErrorCode::invalid_argument,
                  "has a field '" + std::string(field.key()) + "', which no case has");
    }
  }
  return {};
}

Result<AnswerCase> read_case(const std::string& line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return fail(ErrorCode::invalid_argument, "is no JSON object");
  const json::object& object = value.get_object();
  if (Status known = check_fields(object); !known) return std::unexpected(known.error());
  AnswerCase out{.id = text_at(object, "id"),
                 .question = text_at(object, "question"),
                 .answers = texts_at(object, "answers"),
                 .page = text_at(object, "page"),
                 .beside = texts_at(object, "beside"),
                 .before = text_at(object, "before"),
                 .named = true};
  if (const json::value* named = object.if_contains("named"); named != nullptr) {
    if (!named->is_bool())
      return fail(ErrorCode::invalid_argument, "has a \"named\" that is no bool");
    out.named = named->get_bool();
  }
  if (out.id.empty() || out.question.empty() || out.page.empty() || out.answers.empty() ||
      std::ranges::find(out.answers, "") != out.answers.end()) {
    return fail(ErrorCode::invalid_argument,
                "lacks \"id\", \"question\", \"answers\" or \"page\", or one of them is empty");
  }
  return out;
}

// ASCII in lower case; white space, no-break spaces among it, is one space.
std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    const bool no_break = text.substr(at).starts_with("\u00a0");
    if (no_break) ++at;
    if (no_break || c == '\n' || c == '\t') c = ' ';
    if (c == ' ' && out.ends_with(' ')) continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return out;
}

}  // namespace

Result<std::vector<AnswerCase>> read_cases(const std::filesystem::path& file) {
  std::ifstream lines(file);
  if (!lines) {
    return fail(ErrorCode::not_found,
                "'" + file.string() + "' cannot be opened: name a file that you may read");
  }
  std::vector<AnswerCase> cases;
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    auto read = line.size() > line_bytes_max
                    ? Result<AnswerCase>(fail(ErrorCode::too_large, "is longer than 1 MiB"))
                    : read_case(line);
    if (!read) {
      return fail(read.error().code,
                  file.string() + ":" + std::to_string(number) + ": " + read.error().message);
    }
    cases.push_back(std::move(*read));
  }
  if (cases.empty()) {
    return fail(ErrorCode::invalid_argument, "'" + file.string() + "' holds no case");
  }
  return cases;
}

bool has_answer(const AnswerCase& asked, const std::string& text) {
  const std::string where = folded(text);
  return std::ranges::any_of(
      asked.answers, [&](const std::string& answer) { return where.contains(folded(answer)); });
}

}  // namespace seekd::ctl
