#include "fetcher/worker/search/searxng.h"

#include <algorithm>

#include "fetcher/worker/search/json_reading.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

// unresponsive_engines: [["google", "Suspended: CAPTCHA"], …].
void read_silent(const json::value& answer, SearchContent& content) {
  for (const json::value& engine : array_member(answer, "unresponsive_engines")) {
    const json::array* pair = engine.if_array();
    if (pair == nullptr || pair->empty() || content.silent.size() == search_engines_max) continue;
    const std::string why = pair->size() > 1 ? text_of(&(*pair)[1]) : "";
    content.silent.push_back(
        plain_line(text_of(pair->data()) + ": " + why, search_engine_bytes_max));
  }
}

// searx writes publishedDate for people ("Mar 1, 2026"), and beside it "2026-03-01 12:00:00".
std::string date_of(const json::value& result) {
  std::string date = text_member(result, "pubdate");
  if (date.empty()) return text_member(result, "publishedDate");
  if (date.size() > 10 && date[10] == ' ') date[10] = 'T';
  return date;
}

// searx/exceptions.py: what stands behind "Suspended: " is why the engine is not even asked any
// more, for minutes to days.
SearchFailure failure_of(const std::vector<std::string>& silent) {
  const auto any_says = [&](std::string_view words) {
    return std::ranges::any_of(silent, [&](const std::string& s) { return s.contains(words); });
  };
  if (any_says(": CAPTCHA") && !any_says("Suspended: CAPTCHA")) return SearchFailure::captcha;
  if (any_says(": too many requests") && !any_says("Suspended: too many requests")) {
    return SearchFailure::rate_limited;
  }
  return SearchFailure::suspended;
}

}  // namespace

Result<SearchContent> read_searxng(const SearchAnswer& answer, const SearchAsked& asked) {
  const Result<json::value> value = read_json_value(answer.body);
  if (!value) return std::unexpected(value.error());
  const json::value* results = member(*value, "results");
  if (results == nullptr || !results->is_array()) {
    return fail(ErrorCode::invalid_argument, "JSON that has no list of results");
  }
  SearchContent content;
  for (const json::value& result : results->get_array()) {
    add_hit({url_of(member(result, "url")), text_member(result, "title"),
             text_member(result, "content"), date_of(result)},
            asked, content);
  }
  read_silent(*value, content);
  if (!content.hits.empty() || content.silent.empty()) return content;
  content.failure = failure_of(content.silent);
  content.message = "none of its engines answered: " + content.silent.front();
  return content;
}

}  // namespace seekd::fetcher
