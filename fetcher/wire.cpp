#include "fetcher/wire.h"

#include <chrono>
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "fetcher/json_fields.h"
#include "fetcher/wire_content.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t verdict_depth = 3;             // the object, `hops`, and one to spare
constexpr std::uint64_t time_max = 253'402'300'799;  // 9999-12-31, seconds since 1970

template <class Enum>
std::optional<Enum> parse_enum(std::string_view text, Enum last) {
  for (int value = 0; value <= static_cast<int>(last); ++value) {
    if (to_string(static_cast<Enum>(value)) == text) return static_cast<Enum>(value);
  }
  return std::nullopt;
}

bool carries_page(FetchOutcome outcome) {
  return outcome == FetchOutcome::page || outcome == FetchOutcome::not_modified;
}

std::uint64_t seconds_of(TimePoint time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

void parse_hops(const json::array* array, JsonFields& reader, std::vector<std::string>& hops) {
  if (array == nullptr) return;
  for (const json::value& value : *array) {
    const json::string* url = value.if_string();
    if (url == nullptr || url->size() > policy::url_bytes_max) {
      return reader.refuse(ErrorCode::invalid_argument, "hops", "holds what is not a URL");
    }
    hops.emplace_back(url->data(), url->size());
  }
}

struct Verdict {
  FetchReply reply;
  TimePoint requested_at, retrieved_at;
};

Result<Verdict> parse_verdict_line(std::string_view line) {
  const auto object = parse_json_object(line, "fetch reply", verdict_depth);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "fetch reply");
  Verdict verdict;
  FetchReply& reply = verdict.reply;
  const auto outcome = parse_enum(reader.text("outcome", 32), FetchOutcome::failed);
  const auto reason = parse_enum(reader.text("reason", 64), policy::EgressReason::internal);
  reply.message = reader.text("message", message_bytes_max);
  reply.http_status = static_cast<int>(reader.number("http_status", 999));
  parse_hops(reader.array("hops", hops_max), reader, reply.hops);
  reply.wire_bytes = reader.number("wire_bytes", std::numeric_limits<std::int64_t>::max());
  reply.retry_after = std::chrono::seconds(
      reader.number("retry_after", static_cast<std::uint64_t>(retry_after_max.count())));
  verdict.requested_at = TimePoint(std::chrono::seconds(reader.number("requested_at", time_max)));
  verdict.retrieved_at = TimePoint(std::chrono::seconds(reader.number("retrieved_at", time_max)));
  if (!outcome) reader.refuse(ErrorCode::invalid_argument, "outcome", "is not an outcome");
  if (!reason) reader.refuse(ErrorCode::invalid_argument, "reason", "is not a reason code");
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  reply.outcome = *outcome;
  reply.reason = *reason;
  const bool succeeded = carries_page(reply.outcome) || reply.outcome == FetchOutcome::delivered ||
                         reply.outcome == FetchOutcome::answered;
  if (succeeded != (reply.reason == policy::EgressReason::allowed) ||
      (carries_page(reply.outcome) && reply.hops.empty())) {
    return fail(ErrorCode::invalid_argument, "fetch reply: outcome, reason and hops disagree");
  }
  return verdict;
}

}  // namespace

std::string_view to_string(FetchOutcome outcome) {
  switch (outcome) {
    case FetchOutcome::page:
      return "page";
    case FetchOutcome::not_modified:
      return "not_modified";
    case FetchOutcome::delivered:
      return "delivered";
    case FetchOutcome::answered:
      return "answered";
    case FetchOutcome::refused:
      return "refused";
    case FetchOutcome::failed:
      return "failed";
  }
  return "failed";
}

std::string to_json(const FetchRequest& request) {
  json::object object{{"url", request.url}};
  if (request.provenance) object["provenance"] = to_string(*request.provenance);
  if (!request.etag.empty()) object["etag"] = request.etag;
  if (!request.last_modified.empty()) object["last_modified"] = request.last_modified;
  if (!request.validated_url.empty()) object["validated_url"] = request.validated_url;
  if (!request.trace_id.empty()) object["trace_id"] = request.trace_id;
  return json::serialize(object);
}

Result<FetchRequest> parse_fetch_request(std::string_view text) {
  if (text.size() > request_bytes_max) {
    return fail(ErrorCode::too_large,
                "fetch request: more than " + std::to_string(request_bytes_max) + " bytes");
  }
  const auto object = parse_json_object(text, "fetch request", 1);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "fetch request");
  FetchRequest request;
  // Longer than a URL may be: the verdict url_too_long is the policy's, with its own name.
  request.url = reader.text("url", request_bytes_max);
  const std::string provenance = reader.text("provenance", 32);
  request.provenance = policy::parse_provenance(provenance);
  request.etag = reader.text("etag", validator_bytes_max);
  request.last_modified = reader.text("last_modified", validator_bytes_max);
  request.validated_url = reader.text("validated_url", policy::url_bytes_max);
  request.trace_id = read_trace_id(reader);
  if (request.url.empty()) reader.refuse(ErrorCode::invalid_argument, "url", "is missing");
  const bool of_page = request.provenance != policy::Provenance::model_pull &&
                       request.provenance != policy::Provenance::search_query &&
                       request.provenance != policy::Provenance::webhook &&

                       request.provenance != policy::Provenance::model_request;
  if (!provenance.empty() && (!request.provenance || !of_page)) {
    reader.refuse(ErrorCode::invalid_argument, "provenance",
                  "is none of user, site_list, search_result, page_link, feed");
  }
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  return request;
}

std::string verdict_line(const FetchReply& reply) {
  json::object object{{"outcome", to_string(reply.outcome)},
                      {"reason", policy::to_string(reply.reason)}};
  if (!reply.message.empty()) object["message"] = reply.message;
  object["http_status"] = reply.http_status;
  object["hops"] = json::array(reply.hops.begin(), reply.hops.end());
  object["wire_bytes"] = reply.wire_bytes;
  if (reply.retry_after.count() > 0) object["retry_after"] = reply.retry_after.count();
  if (reply.page) {
    object["requested_at"] = seconds_of(reply.page->requested_at);
    object["retrieved_at"] = seconds_of(reply.page->retrieved_at);
  }
  return json::serialize(object);
}

Result<FetchReply> parse_verdict(std::string_view line) {
  Result<Verdict> verdict = parse_verdict_line(line);
  if (!verdict) return std::unexpected(std::move(verdict.error()));
  return std::move(verdict->reply);
}

std::string to_json(const FetchReply& reply) {
  std::string lines = verdict_line(reply) + '\n';
  if (reply.page) lines += content_line(*reply.page) + '\n';
  return lines;
}

Result<FetchReply> parse_fetch_reply(std::string_view lines) {
  const std::size_t end = lines.find('\n');
  if (end == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "fetch reply: the first line does not end");
  }
  auto verdict = parse_verdict_line(lines.substr(0, end));
  if (!verdict) return std::unexpected(verdict.error());
  const std::string_view content = lines.substr(end + 1);
  FetchReply& reply = verdict->reply;
  if (carries_page(reply.outcome) == content.empty()) {
    return fail(ErrorCode::invalid_argument, "fetch reply: outcome and number of lines disagree");
  }
  if (content.empty()) return std::move(reply);

  FetchedPage page;
  if (auto read = parse_content_line(content, page); !read) return std::unexpected(read.error());
  page.url = reply.hops.front();
  page.final_url = reply.hops.back();
  page.http_status = reply.http_status;
  page.requested_at = verdict->requested_at;
  page.retrieved_at = verdict->retrieved_at;
  if (reply.outcome == FetchOutcome::not_modified) page.blocks.clear();
  reply.page = std::move(page);
  return std::move(reply);
}

}  // namespace seekd::fetcher
