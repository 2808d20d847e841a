#include "daemon/api/reading_fields.h"

#include <cstdint>
#include <string>

#include "daemon/api/date_fields.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

constexpr std::int64_t max_age_max = 10LL * 366 * 24 * 3600;

// At least one, where the configuration gives one.
template <class Number>
Number half(Number number) {
  return number - number / 2;
}

void read_urls(Fields& fields, Question& question, const config::AnswerConfig& config) {
  question.urls = fields.texts("urls", config.fetches_max);
  for (std::size_t index = 0; index < question.urls.size(); ++index) {
    const std::size_t bytes = question.urls[index].size();
    if (bytes > 0 && bytes <= policy::url_bytes_max) continue;
    fields.reject("urls[" + std::to_string(index) + "]", "out_of_range",
                  bytes == 0 ? "is no URL: it is empty" : "is no URL: it is too long");
  }
}

}  // namespace

Question question_of(const config::AnswerConfig& config) {
  Question question;
  question.tokens_max = config.tokens_max;
  question.thinking = {.effort = {},
                       .tokens_low = config.thinking_tokens_low,
                       .tokens_medium = config.thinking_tokens_medium,
                       .tokens_high = config.thinking_tokens_high};
  question.passages_max = config.passages_max;
  question.passage_tokens_max = config.passage_tokens_max;
  question.budget = {config.rounds_max, config.fetches_max, config.bytes_max};
  return question;
}

void read_context_size(Fields& options, Question& question) {
  ReadingBudget& budget = question.budget;
  const std::string size = options.text("search_context_size").value_or("medium");
  if (size == "low") {
    question.passages_max = half(question.passages_max);
    question.passage_tokens_max /= 2;
    budget = {half(budget.rounds), half(budget.fetches), budget.bytes};
  } else if (size == "high") {
    question.passages_max *= 2;
    question.passage_tokens_max *= 2;
    budget = {budget.rounds * 2, budget.fetches * 2, budget.bytes};
  } else if (size != "medium") {
    options.reject("search_context_size", "invalid_value", "must be low, medium or high");
  }
}

void read_reading_terms(Fields& fields, Question& question, const config::AnswerConfig& config) {
  read_urls(fields, question, config);
  const auto max_age = fields.integer("max_age", 0, max_age_max);
  if (max_age) question.max_age = std::chrono::seconds(*max_age);
  question.as_of = read_as_of(fields);
  if (question.as_of && max_age) {
    fields.reject("as_of", "invalid_value",
                  "contradicts max_age: a past version is not revalidated");
  }
  question.dates = read_date_filter(fields);
  if (fields.flag("require_sources").value_or(false)) question.grounding = Grounding::required;
}

}  // namespace seekd::daemon
