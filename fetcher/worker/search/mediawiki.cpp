#include "fetcher/worker/search/mediawiki.h"

#include <algorithm>

#include "fetcher/worker/search/json_reading.h"
#include "policy/percent_encoding.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

// API:Errors_and_warnings, API:Etiquette: "maxlag" while its replicas lag behind.
SearchContent read_error(const json::value& error) {
  const std::string code = text_member(error, "code");
  const bool later = code == "maxlag" || code == "ratelimited" || code == "readonly";
  return failed_search(later ? SearchFailure::rate_limited : SearchFailure::refused,
                       code + ": " + text_member(error, "info"));
}

// Manual:$wgArticlePath: the place of the title in it is $1. In a title a blank is written '_'.
std::string article_url(const std::string& title, const json::value* general) {
  if (general == nullptr || title.empty()) return "";
  std::string url = text_member(*general, "server") + text_member(*general, "articlepath");
  const std::size_t place = url.find("$1");
  if (place == url.npos) return "";
  std::string written;
  for (const char c : title) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      written += '_';
    } else if (policy::is_unreserved(byte) || c == ':' || c == '/' || c == ',' || c == '(' ||
               c == ')') {
      written += c;
    } else {
      policy::append_escape(written, byte);
    }
  }
  return url.replace(place, 2, written);
}

}  // namespace

Result<SearchContent> read_mediawiki(const SearchAnswer& answer, const SearchAsked& asked) {
  const Result<json::value> value = read_json_value(answer.body);
  if (!value) return std::unexpected(value.error());
  if (const json::value* error = member(*value, "error")) return read_error(*error);
  const json::value* query = member(*value, "query");
  const json::value* found = query == nullptr ? nullptr : member(*query, "search");
  if (found == nullptr || !found->is_array()) {
    return fail(ErrorCode::invalid_argument, "JSON without query.search");
  }
  SearchContent content;
  const json::value* general = member(*query, "general");
  for (const json::value& result : found->get_array()) {
    const std::string title = text_member(result, "title");
    add_hit({article_url(title, general), title, text_member(result, "snippet"),
             text_member(result, "timestamp")},
            asked, content);
  }
  const bool no_urls = content.hits.empty() && !found->get_array().empty();
  if (no_urls) return fail(ErrorCode::invalid_argument, "titles whose URL it does not say");
  return content;
}

}  // namespace seekd::fetcher
