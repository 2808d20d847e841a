#include "daemon/api/searxng_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

#include <boost/json.hpp>

#include "policy/search_provider.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

using Parameters = std::span<const std::pair<std::string, std::string>>;

// Categories of SearXNG whose results are no pages to be read.
constexpr std::array<std::string_view, 6> without_pages{"images", "videos", "music",
                                                        "files",  "map",    "radio"};

// The value of the first parameter of that name; "" as if it were not there: clients send what
// their user left empty.
std::string_view value_of(Parameters parameters, std::string_view name) {
  const auto found =
      std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

ApiError bad(std::string_view name, std::string_view wanted) {
  return {400, "invalid_value", "'" + std::string(name) + "' must be " + std::string(wanted),
          std::string(name), std::nullopt};
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// "all" and "auto" are none; of "en-US" the first subtag.
std::optional<ApiError> read_language(Parameters parameters, WebQuery& query) {
  const std::string_view language = value_of(parameters, "language");
  if (language.empty() || language == "all" || language == "auto") return std::nullopt;
  const std::string_view primary = language.substr(0, language.find_first_of("-_"));
  const bool is_code = (primary.size() == 2 || primary.size() == 3) &&
                       std::ranges::all_of(primary, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!is_code) return bad("language", "all, auto or a language's code, such as en or en-US");
  query.language = primary;
  return std::nullopt;
}

std::optional<ApiError> read_time(Parameters parameters, TimePoint now, WebQuery& query) {
  using std::chrono::days;
  constexpr std::array<std::pair<std::string_view, days>, 4> ranges{
      {{"day", days(1)}, {"week", days(7)}, {"month", days(31)}, {"year", days(366)}}};
  const std::string_view name = value_of(parameters, "time_range");
  if (name.empty() || name == "None") return std::nullopt;
  const auto* const range =
      std::ranges::find(ranges, name, &std::pair<std::string_view, days>::first);
  if (range == ranges.end()) return bad("time_range", "day, week, month or year");
  query.after = now - range->second;
  return std::nullopt;
}

std::optional<ApiError> read_numbers(Parameters parameters, SearxngRequest& request) {
  if (const auto page = value_of(parameters, "pageno"); !page.empty()) {
    const auto wanted = number(page);
    if (!wanted || *wanted < 1) return bad("pageno", "a number from 1");
    if (*wanted > 1) request.answerable = Answerable::with_nothing;
  }
  // The providers' own setting holds; what is no level is an error of SearXNG's too.
  if (const auto safe = value_of(parameters, "safesearch"); !safe.empty()) {
    const auto level = number(safe);
    if (!level || *level < 0 || *level > 2) return bad("safesearch", "0, 1 or 2");
  }
  return std::nullopt;
}

void read_categories(Parameters parameters, SearxngRequest& request) {
  std::string_view left = value_of(parameters, "categories");
  if (trimmed(left).empty()) return;
  bool pages = false;
  while (!left.empty()) {
    const auto end = std::min(left.find(','), left.size());
    const std::string_view one = trimmed(left.substr(0, end));
    pages = pages || (!one.empty() && std::ranges::find(without_pages, one) == without_pages.end());
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  if (!pages) request.answerable = Answerable::with_nothing;
}

std::string_view reason_of(ProviderState state) {
  switch (state) {
    case ProviderState::captcha:
      return "CAPTCHA";
    case ProviderState::suspended:
    case ProviderState::backing_off:
      return "Suspended";
    case ProviderState::rate_limited:
      return "too many requests";
    case ProviderState::refused:
      return "access denied";
    case ProviderState::malformed:
      return "parsing error";
    case ProviderState::unreachable:
      return "network error";
    case ProviderState::results:
    case ProviderState::nothing_found:
      break;
  }
  return "";
}

json::object result_json(const WebResult& result, std::size_t position) {
  json::object out{{"url", result.url},
                   {"title", result.title},
                   {"content", result.snippet},
                   {"engine", result.provider},
                   {"engines", json::array{json::value(result.provider)}},
                   {"positions", json::array{position}},
                   // Clients sort by it: the order is the one here.
                   {"score", 1.0 / static_cast<double>(position)},
                   {"category", "general"},
                   {"template", "default.html"},
                   {"publishedDate", nullptr}};
  if (!result.published.empty()) out["publishedDate"] = result.published;
  return out;
}

}  // namespace

std::expected<SearxngRequest, ApiError> parse_searxng_request(Parameters parameters,
                                                              TimePoint now) {
  SearxngRequest request;
  request.query.text = trimmed(value_of(parameters, "q"));
  if (request.query.text.empty()) {
    return std::unexpected(ApiError{400, "missing_field", "'q' is missing", "q", std::nullopt});
  }
  if (value_of(parameters, "format") != "json") {
    return std::unexpected(ApiError{403, "format_denied",
                                    "nothing but format=json is served: there are no pages for "
                                    "people here",
                                    "format", std::nullopt});
  }
  if (request.query.text.size() > policy::search_text_bytes_max) {
    return std::unexpected(
        ApiError{400, "out_of_range",
                 "'q' is longer than " + std::to_string(policy::search_text_bytes_max) + " bytes",
                 "q", std::nullopt});
  }
  if (auto error = read_language(parameters, request.query)) return std::unexpected(*error);
  if (auto error = read_time(parameters, now, request.query)) return std::unexpected(*error);
  if (auto error = read_numbers(parameters, request)) return std::unexpected(*error);
  read_categories(parameters, request);
  return request;
}

json::object searxng_json(std::string_view query, const WebFindings& findings) {
  json::array results, unresponsive;
  for (const WebResult& result : findings.results) {
    results.push_back(result_json(result, results.size() + 1));
  }
  for (const ProviderOutcome& outcome : findings.outcomes) {
    const std::string_view reason = reason_of(outcome.state);
    if (!reason.empty()) unresponsive.push_back(json::array{outcome.provider, reason});
  }
  return {{"query", query},
          {"number_of_results", results.size()},
          {"results", std::move(results)},
          {"answers", json::array()},
          {"corrections", json::array()},
          {"infoboxes", json::array()},
          {"suggestions", json::array()},
          {"unresponsive_engines", std::move(unresponsive)}};
}

}  // namespace seekd::daemon
