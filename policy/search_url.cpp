#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "policy/percent_encoding.h"
#include "policy/quoted.h"
#include "policy/search_provider.h"

namespace seekd::policy {
namespace {

constexpr std::size_t brave_count_max = 20;  // "count": "max is 20"

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      out += c;
    } else {
      append_escape(out, byte);
    }
  }
  return out;
}

std::string date_of(TimePoint time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text;
}

std::string date_of(const std::optional<TimePoint>& time) {
  return time ? date_of(*time) : "";
}

// nullopt: no place of that name is known.
std::optional<std::string> value_of(std::string_view place, const SearchTerms& terms,
                                    std::size_t results) {
  if (place == "query" || place == "searchTerms") return terms.text;
  if (place == "language") return terms.language;
  if (place == "count") return std::to_string(results);
  if (place == "after") return date_of(terms.after);
  if (place == "before") return date_of(terms.before);
  if (place == "recency") return std::string(to_string(terms.recency));
  if (place == "startPage" || place == "startIndex") return "1";
  if (place == "inputEncoding" || place == "outputEncoding") return "UTF-8";
  return std::nullopt;
}

// OpenSearch 1.1, "OpenSearch URL template syntax". A place that is not known may be left empty
// where its name ends with '?'; {language} is known, and may be empty all the same.
Result<std::string> fill_places(std::string_view text, const SearchTerms& terms,
                                std::size_t results) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == text.npos) break;
    const std::size_t close = text.find('}', open);
    if (close == text.npos) {
      return fail(ErrorCode::invalid_argument, "the template has a '{' without a '}'");
    }
    std::string_view place = text.substr(open + 1, close - open - 1);
    const bool optional = place.ends_with('?');
    if (optional) place.remove_suffix(1);
    const auto value = value_of(place, terms, results);
    if (!value && !optional) {
      return fail(ErrorCode::invalid_argument,
                  "nothing is known that could stand for {" + std::string(place) +
                      "} in the template; end its name with '?' if it may stay empty");
    }
    out += escaped(value.value_or(""));
    text.remove_prefix(close + 1);
  }
  return out;
}

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

// SearXNG, "Search API". An engine that knows no time_range is not asked where there is one, so
// there is one where the caller asked for it alone.
Parameters searxng_parameters(const SearchTerms& terms) {
  Parameters parameters{{"q", terms.text}, {"format", "json"}};
  if (!terms.language.empty()) parameters.emplace_back("language", terms.language);
  if (terms.recency != Recency::any) {
    parameters.emplace_back("time_range", to_string(terms.recency));
  }
  return parameters;
}

// Brave Search API, "Web Search".
Parameters brave_parameters(const SearchProvider& provider, const SearchTerms& terms) {
  Parameters parameters{{"q", terms.text},
                        {"count", std::to_string(std::min(provider.results_max, brave_count_max))},
                        {"result_filter", "web,news"},
                        {"text_decorations", "false"}};
  if (!terms.language.empty()) {
    parameters.emplace_back("search_lang", terms.language == "zh" ? "zh-hans" : terms.language);
  }
  if (terms.after && terms.before) {
    parameters.emplace_back("freshness", date_of(*terms.after) + "to" + date_of(*terms.before));
  } else if (terms.recency != Recency::any) {  // pd, pw, pm, py
    parameters.emplace_back("freshness", "p" + std::string(to_string(terms.recency).substr(0, 1)));
  }
  return parameters;
}

// MediaWiki, "API:Search"; siteinfo says what a title's URL is. maxlag: "API:Etiquette".
Parameters mediawiki_parameters(const SearchProvider& provider, const SearchTerms& terms) {
  return {{"action", "query"},
          {"format", "json"},
          {"formatversion", "2"},
          {"list", "search"},
          {"meta", "siteinfo"},
          {"siprop", "general"},
          {"srsearch", terms.text},
          {"srlimit", std::to_string(provider.results_max)},
          {"srprop", "snippet|timestamp"},
          {"maxlag", "5"}};
}

std::string with_parameters(std::string url, const Parameters& parameters) {
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    url += separator;
    url.append(name).append("=").append(escaped(value));
    separator = '&';
  }
  return url;
}

bool has_place(std::string_view url) {
  return url.find('{') != url.npos;
}

bool places_query(std::string_view url) {
  return url.contains("{query}") || url.contains("{searchTerms}");
}

}  // namespace

bool names_description(const SearchProvider& provider) {
  return provider.kind == SearchKind::opensearch && !has_place(provider.url);
}

Result<Url> filled(std::string_view url_template, const SearchTerms& terms, std::size_t results) {
  const Result<std::string> text = fill_places(url_template, terms, results);
  if (!text) return std::unexpected(text.error());
  return parse_url(*text);
}

Result<Url> search_url(const SearchProvider& provider, const SearchTerms& terms) {
  switch (provider.kind) {
    case SearchKind::searxng:
      return parse_url(with_parameters(provider.url, searxng_parameters(terms)));
    case SearchKind::brave:
      return parse_url(with_parameters(provider.url, brave_parameters(provider, terms)));
    case SearchKind::mediawiki:
      return parse_url(with_parameters(provider.url, mediawiki_parameters(provider, terms)));
    case SearchKind::opensearch:
    case SearchKind::custom:
      break;
  }
  return filled(provider.url, terms, provider.results_max);
}

Status check_template(std::string_view url) {
  const Result<Url> one = filled(url, {.text = "a"}, 1);
  if (!one) return std::unexpected(one.error());
  const Result<Url> other = filled(url, {.text = "b.example"}, 1);
  if (other && other->origin() == one->origin()) return {};
  return fail(ErrorCode::invalid_argument,
              policy::quoted(url) + " puts the query into the host; it may stand behind it alone");
}

Status check_url(const SearchProvider& provider) {
  const bool may_have_places =
      provider.kind == SearchKind::custom || provider.kind == SearchKind::opensearch;
  if (!may_have_places && has_place(provider.url)) {
    return fail(
        ErrorCode::invalid_argument,
        policy::quoted(provider.url) + " is a template, and its kind adds the query by itself");
  }
  const bool needs_query =
      provider.kind == SearchKind::custom || (may_have_places && has_place(provider.url));
  if (needs_query && !places_query(provider.url)) {
    return fail(ErrorCode::invalid_argument,
                policy::quoted(provider.url) + " has no place for the {query}");
  }
  return check_template(provider.url);
}

}  // namespace seekd::policy
