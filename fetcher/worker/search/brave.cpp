#include "fetcher/worker/search/brave.h"

#include "fetcher/worker/search/json_reading.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

// {"type": "ErrorResponse", "error": {"code": "RATE_LIMITED", "detail": …, "status": 429}}. A quota
// lasts longer than a rate, and is told by its code.
SearchContent read_error(const json::value& error) {
  const std::string code = text_member(error, "code");
  const std::string detail = text_member(error, "detail");
  const bool limited = code.contains("RATE_LIMIT") || code.contains("QUOTA") ||
                       text_member(error, "status") == "429";
  return failed_search(limited ? SearchFailure::rate_limited : SearchFailure::refused,
                       code + ": " + detail);
}

void read_section(const json::value& answer, std::string_view section, const SearchAsked& asked,
                  SearchContent& content) {
  const json::value* found = member(answer, section);
  if (found == nullptr) return;
  for (const json::value& result : array_member(*found, "results")) {
    add_hit({url_of(member(result, "url")), text_member(result, "title"),
             text_member(result, "description"), text_member(result, "page_age")},
            asked, content);
  }
}

}  // namespace

Result<SearchContent> read_brave(const SearchAnswer& answer, const SearchAsked& asked) {
  const Result<json::value> value = read_json_value(answer.body);
  if (!value) return std::unexpected(value.error());
  if (const json::value* error = member(*value, "error")) return read_error(*error);
  if (text_member(*value, "type") != "search") {
    return fail(ErrorCode::invalid_argument, "JSON that is no answer to a search");
  }
  SearchContent content;
  read_section(*value, "web", asked, content);
  read_section(*value, "news", asked, content);
  return content;
}

}  // namespace seekd::fetcher
