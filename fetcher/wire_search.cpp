#include "fetcher/wire_search.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "fetcher/json_fields.h"
#include "policy/collection.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t content_depth = 3;             // the object, `hits`, one hit
constexpr std::uint64_t time_max = 253'402'300'799;  // 9999-12-31, seconds since 1970
constexpr std::size_t language_bytes_max = 8;

constexpr SearchFailure failures[] = {SearchFailure::none,      SearchFailure::captcha,
                                      SearchFailure::suspended, SearchFailure::rate_limited,
                                      SearchFailure::refused,   SearchFailure::malformed};
constexpr policy::Recency recencies[] = {policy::Recency::any, policy::Recency::day,
                                         policy::Recency::week, policy::Recency::month,
                                         policy::Recency::year};

template <class Enum, std::size_t size>
std::optional<Enum> named(const Enum (&values)[size], std::string_view name) {
  const auto* const found =
      std::ranges::find_if(values, [&](Enum value) { return to_string(value) == name; });
  return found == std::end(values) ? std::nullopt : std::optional(*found);
}

std::optional<TimePoint> read_time(JsonFields& reader, std::string_view key) {
  const std::uint64_t seconds = reader.number(key, time_max);
  if (seconds == 0) return std::nullopt;
  return TimePoint(std::chrono::seconds(seconds));
}

Result<SearchHit> parse_hit(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid_argument, "search hit: not an object");
  JsonFields reader(*object, "search hit");
  SearchHit hit;
  hit.url = reader.text("url", policy::url_bytes_max);
  hit.title = reader.text("title", search_title_bytes_max);
  hit.snippet = reader.text("snippet", search_snippet_bytes_max);
  hit.published = reader.text("published", search_date_bytes_max);
  if (hit.url.empty()) reader.refuse(ErrorCode::invalid_argument, "url", "is missing");
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  return hit;
}

Status parse_hits(const json::array* array, std::vector<SearchHit>& hits) {
  if (array == nullptr) return {};
  for (const json::value& value : *array) {
    Result<SearchHit> hit = parse_hit(value);
    if (!hit) return std::unexpected(std::move(hit.error()));
    hits.push_back(*std::move(hit));
  }
  return {};
}

Status parse_silent(const json::array* array, std::vector<std::string>& silent) {
  if (array == nullptr) return {};
  for (const json::value& value : *array) {
    const json::string* text = value.if_string();
    if (text == nullptr || text->size() > search_engine_bytes_max) {
      return fail(ErrorCode::invalid_argument, "search content: silent holds what is no engine");
    }
    silent.emplace_back(text->data(), text->size());
  }
  return {};
}

Result<SearchContent> parse_content(std::string_view line) {
  if (line.size() > search_line_bytes_max) {
    return fail(ErrorCode::too_large, "search content: over its bound");
  }
  const auto object = parse_json_object(line, "search content", content_depth);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "search content");
  SearchContent content;
  const auto failure = named(failures, reader.text("failure", 32));
  content.message = reader.text("message", message_bytes_max);
  const json::array* hits = reader.array("hits", policy::search_results_max);
  const json::array* silent = reader.array("silent", search_engines_max);
  if (!failure) reader.refuse(ErrorCode::invalid_argument, "failure", "is not one that is known");
  if (failure && *failure != SearchFailure::none && hits != nullptr) {
    reader.refuse(ErrorCode::invalid_argument, "hits", "are of a search that failed");
  }
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  content.failure = *failure;
  if (auto read = parse_hits(hits, content.hits); !read) return std::unexpected(read.error());
  if (auto read = parse_silent(silent, content.silent); !read) return std::unexpected(read.error());
  return content;
}

}  // namespace

std::string_view to_string(SearchFailure failure) {
  switch (failure) {
    case SearchFailure::none:
      return "none";
    case SearchFailure::captcha:
      return "captcha";
    case SearchFailure::suspended:
      return "suspended";
    case SearchFailure::rate_limited:
      return "rate_limited";
    case SearchFailure::refused:
      return "refused";
    case SearchFailure::malformed:
      return "malformed";
  }
  return "malformed";
}

std::string to_json(const SearchRequest& request) {
  const policy::SearchTerms& terms = request.terms;
  json::object object{{"provider", request.provider}, {"text", terms.text}};
  if (!terms.language.empty()) object["language"] = terms.language;
  if (terms.after) object["after"] = terms.after->time_since_epoch().count();
  if (terms.before) object["before"] = terms.before->time_since_epoch().count();
  if (terms.recency != policy::Recency::any) object["recency"] = to_string(terms.recency);
  if (!request.trace_id.empty()) object["trace_id"] = request.trace_id;
  return json::serialize(object);
}

Result<SearchRequest> parse_search_request(std::string_view text) {
  if (text.size() > request_bytes_max) {
    return fail(ErrorCode::too_large,
                "search: more than " + std::to_string(request_bytes_max) + " bytes");
  }
  const auto object = parse_json_object(text, "search", 1);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "search");
  SearchRequest request;
  request.provider = reader.text("provider", policy::collection_name_bytes_max);
  request.terms.text = reader.text("text", policy::search_text_bytes_max);
  request.terms.language = reader.text("language", language_bytes_max);
  request.terms.after = read_time(reader, "after");
  request.terms.before = read_time(reader, "before");
  const auto recency = named(recencies, reader.text("recency", 8));
  if (!recency) reader.refuse(ErrorCode::invalid_argument, "recency", "is none that is known");
  request.trace_id = read_trace_id(reader);
  if (request.provider.empty()) {
    reader.refuse(ErrorCode::invalid_argument, "provider", "is missing");
  }
  if (request.terms.text.empty()) reader.refuse(ErrorCode::invalid_argument, "text", "is missing");
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  request.terms.recency = *recency;
  return request;
}

std::string content_line(const SearchContent& content) {
  json::object object{{"failure", to_string(content.failure)}};
  if (!content.message.empty()) object["message"] = content.message;
  if (!content.hits.empty()) {
    json::array hits;
    for (const SearchHit& hit : content.hits) {
      json::object& written = hits.emplace_back(json::object{{"url", hit.url}}).as_object();
      if (!hit.title.empty()) written["title"] = hit.title;
      if (!hit.snippet.empty()) written["snippet"] = hit.snippet;
      if (!hit.published.empty()) written["published"] = hit.published;
    }
    object["hits"] = std::move(hits);
  }
  if (!content.silent.empty()) {
    object["silent"] = json::array(content.silent.begin(), content.silent.end());
  }
  return json::serialize(object);
}

std::string to_json(const SearchReply& reply) {
  std::string lines = verdict_line(reply.verdict) + '\n';
  if (reply.content) lines += content_line(*reply.content) + '\n';
  return lines;
}

Result<SearchReply> parse_search_reply(std::string_view lines) {
  const std::size_t end = lines.find('\n');
  if (end == lines.npos) {
    return fail(ErrorCode::invalid_argument, "search reply: the first line does not end");
  }
  Result<FetchReply> verdict = parse_verdict(lines.substr(0, end));
  if (!verdict) return std::unexpected(verdict.error());
  const std::string_view rest = lines.substr(end + 1);
  if ((verdict->outcome == FetchOutcome::answered) == rest.empty()) {
    return fail(ErrorCode::invalid_argument, "search reply: outcome and number of lines disagree");
  }
  SearchReply reply{*std::move(verdict), std::nullopt};
  if (rest.empty()) return reply;
  Result<SearchContent> content = parse_content(rest);
  if (!content) return std::unexpected(std::move(content.error()));
  reply.content = *std::move(content);
  return reply;
}

}  // namespace seekd::fetcher
