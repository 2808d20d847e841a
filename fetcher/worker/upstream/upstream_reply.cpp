#include "fetcher/worker/upstream/upstream_reply.h"

#include <algorithm>

#include "fetcher/extract/content_type.h"
#include "fetcher/wire_upstream.h"
#include "fetcher/worker/search/json_reading.h"
#include "fetcher/worker/upstream/chat_chunk.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t whole_bytes_max = 4 << 20;  // of an answer that is not streamed, or a list
constexpr std::size_t error_bytes_max = 64 << 10;
constexpr std::string_view last_words = "[DONE]";

bool is_error(const ResponseHead& head) {
  return head.status() >= 400;
}

std::string line_of(const UpstreamEvent& event) {
  return event == UpstreamEvent() ? "" : to_json(event) + '\n';
}

}  // namespace

UpstreamReply::UpstreamReply(JobKind kind) : kind_(kind), events_(upstream_event_bytes_max) {}

bool UpstreamReply::is_streamed(const ResponseHead& head) const {
  return kind_ == JobKind::chat && !is_error(head) &&
         media_type(head.content_type()) == "text/event-stream";
}

Result<std::string> UpstreamReply::feed(const ResponseHead& head, std::string_view decoded) {
  if (!is_streamed(head)) {
    const std::size_t most = is_error(head) ? error_bytes_max : whole_bytes_max;
    if (body_.size() + decoded.size() <= most) {
      body_ += decoded;
    } else if (!is_error(head)) {
      return fail(ErrorCode::too_large, "the answer is too long");
    }
    return "";
  }
  std::string lines;
  const Status fed =
      events_.feed(decoded, [&](std::string_view data) { return take(data, lines); });
  if (!fed) return std::unexpected(fed.error());
  return lines;
}

Status UpstreamReply::take(std::string_view data, std::string& lines) {
  if (finished_) return {};  // nothing is behind the last words
  if (data == last_words) {
    finished_ = true;
    return {};
  }
  const auto value = read_json_value(data);
  if (!value) return std::unexpected(value.error());
  const auto event = read_chat_chunk(*value);
  if (!event) return std::unexpected(event.error());
  lines += line_of(*event);
  finished_ = !event->error.empty();
  return {};
}

Result<std::string> UpstreamReply::end(const ResponseHead& head) {
  if (!is_streamed(head)) return read_whole(head);
  if (finished_) return "";
  return fail(ErrorCode::corrupt, "the stream ends before its last words");
}

Result<std::string> UpstreamReply::read_whole(const ResponseHead& head) const {
  const auto value = read_json_value(body_);
  if (is_error(head)) {
    return line_of({.error = value ? error_of(*value) : ""});  // a proxy's page of HTML is no error
  }
  if (!value) return std::unexpected(value.error());
  if (kind_ == JobKind::chat) {
    const auto event = read_chat_chunk(*value);
    if (!event) return std::unexpected(event.error());
    if (event->finish != UpstreamFinish::none || !event->error.empty()) return line_of(*event);
    return fail(ErrorCode::invalid_argument, "an answer without a finish_reason");
  }
  const auto models = read_model_list(*value);
  if (!models) return std::unexpected(models.error());
  std::string lines;
  for (const UpstreamEvent& model : *models) lines += line_of(model);
  return lines;
}

}  // namespace seekd::fetcher
