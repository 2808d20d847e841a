#include "fetcher/wire_notice.h"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "fetcher/json_fields.h"
#include "policy/collection.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

// It becomes a header field's value, and a part of what is signed.
bool is_id(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

}  // namespace

std::string to_json(const NoticeRequest& request) {
  json::object object{{"webhook", request.webhook}, {"id", request.id}, {"body", request.body}};
  if (!request.trace_id.empty()) object["trace_id"] = request.trace_id;
  return json::serialize(object);
}

Result<NoticeRequest> parse_notice_request(std::string_view text) {
  if (text.size() > notice_request_bytes_max) {
    return fail(ErrorCode::too_large,
                "notice: more than " + std::to_string(notice_request_bytes_max) + " bytes");
  }
  const auto object = parse_json_object(text, "notice", 1);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "notice");
  NoticeRequest request;
  request.webhook = reader.text("webhook", policy::collection_name_bytes_max);
  request.id = reader.text("id", notice_id_bytes_max);
  request.body = reader.text("body", policy::notice_bytes_max);
  request.trace_id = read_trace_id(reader);
  if (request.webhook.empty()) reader.refuse(ErrorCode::invalid_argument, "webhook", "is missing");
  if (!is_id(request.id)) {
    reader.refuse(ErrorCode::invalid_argument, "id", "is none of letters, digits, '-' and '_'");
  }
  if (request.body.empty()) reader.refuse(ErrorCode::invalid_argument, "body", "is missing");
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  return request;
}

}  // namespace seekd::fetcher
