#include "daemon/api/answer_json.h"

#include <algorithm>
#include <utility>

#include "daemon/time_text.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr double logprob_min = -9999;  // OpenAI's, of what is next to impossible

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

// A source's snapshot range: where its first citation points, else the passage that the model was
// given.
json::object result_json(const Answer& answer, std::size_t index) {
  const Source& source = answer.sources[index];
  const auto cited = std::ranges::find(answer.citations, index, &Citation::source);
  const bool found = cited != answer.citations.end();
  return {{"title", source.title},
          {"url", source.url},
          {"date", text_or_null(source.published)},
          {"last_updated", text_or_null(source.modified)},
          {"snippet", source.snippet},
          {"source", policy::collection_of(source.url)},
          {"snapshot", snapshot_json(source, found ? cited->byte_begin : source.byte_begin,
                                     found ? cited->byte_end : source.byte_end)}};
}

json::object logprob_json(const model::TokenLogprob& token) {
  json::array bytes;
  for (const char byte : token.bytes) bytes.emplace_back(static_cast<unsigned char>(byte));
  return {{"token", token.text},
          {"logprob", std::max(token.logprob, logprob_min)},
          {"bytes", std::move(bytes)}};
}

}  // namespace

json::object snapshot_json(const Source& source, std::size_t byte_begin, std::size_t byte_end) {
  return {{"hash", source.snapshot_hash},
          {"version", source.version},
          {"retrieved_at", format_time(source.retrieved_at)},
          {"state", policy::to_string(source.state)},
          {"byte_begin", byte_begin},
          {"byte_end", byte_end}};
}

json::object citation_json(const Answer& answer, const Citation& citation) {
  const Source& source = answer.sources[citation.source];
  return {{"start_index", citation.start_index},
          {"end_index", citation.end_index},
          {"title", source.title},
          {"url", source.url},
          {"collection", policy::collection_of(source.url)},
          {"snapshot", snapshot_json(source, citation.byte_begin, citation.byte_end)}};
}

void add_sources(json::object& body, const Answer& answer) {
  json::array urls;
  json::array results;
  for (std::size_t index = 0; index < answer.sources.size(); ++index) {
    if (std::ranges::find(answer.citations, index, &Citation::source) != answer.citations.end()) {
      urls.emplace_back(answer.sources[index].url);
    }
    results.push_back(result_json(answer, index));
  }
  json::array notices;
  for (const Notice& notice : answer.notices) {
    json::object item{{"code", notice.code}, {"url", nullptr}, {"message", notice.message}};
    if (!notice.url.empty()) item["url"] = notice.url;
    notices.push_back(std::move(item));
  }
  body["citations"] = std::move(urls);
  body["search_results"] = std::move(results);
  body["notices"] = std::move(notices);
  body["answered_from"] = to_string(answer.origin);
}

json::array token_logprobs_json(const std::vector<model::AnswerToken>& tokens) {
  json::array content;
  for (const model::AnswerToken& token : tokens) {
    json::object entry = logprob_json(token.chosen);
    json::array best;
    for (const model::TokenLogprob& one : token.best) best.push_back(logprob_json(one));
    entry["top_logprobs"] = std::move(best);
    content.push_back(std::move(entry));
  }
  return content;
}

}  // namespace seekd::daemon
