#include "policy/question_json.h"

#include <chrono>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "policy/page_text_guard.h"

namespace seekd::policy {
namespace {

namespace json = boost::json;

json::array to_json(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(visible_text(text));
  return array;
}

// RFC 3339.
std::string iso_time(TimePoint time) {
  // By its parts: fmt reads a time in nanoseconds, which hold no year before 1677.
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

json::value to_json(const std::optional<SpokenTime>& time) {
  if (!time) return nullptr;
  return json::object{{"begin", iso_time(time->span.begin)},
                      {"end", iso_time(time->span.end)},
                      {"words", visible_text(time->words)}};
}

}  // namespace

json::object to_json(const QuestionVerdict& verdict) {
  json::object object{{"needs_fresh", verdict.needs_fresh},
                      {"class", to_string(verdict.change_class)},
                      {"max_age_s", nullptr},
                      {"score", verdict.score},
                      {"decided_by", to_string(verdict.decided_by)},
                      {"reasons", to_json(verdict.reasons)},
                      {"time", to_json(verdict.time)},
                      {"urls", to_json(verdict.urls)},
                      {"sites", to_json(verdict.sites)},
                      {"asked_sites", to_json(verdict.asked_sites)},
                      {"as_of", nullptr},
                      {"false_premise", json::object{{"score", verdict.false_premise.score},
                                                     {"reason", verdict.false_premise.reason}}}};
  if (verdict.as_of) object["as_of"] = iso_time(*verdict.as_of);
  if (verdict.max_age) object["max_age_s"] = verdict.max_age->count();
  return object;
}

}  // namespace seekd::policy
