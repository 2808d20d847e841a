// What a server of OpenAI's protocol answers, streamed or whole, in pieces of any size, and what a
// worker in hostile hands makes of it: each line that goes to seekd is one that it reads, and it
// does not depend on how the bytes were cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fetcher/wire_upstream.h"
#include "fetcher/worker/upstream/upstream_reply.h"

using namespace seekd;
using namespace seekd::fetcher;

namespace {

void judge(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == lines.npos) std::abort();
    const auto event = parse_upstream_event(lines.substr(0, end));
    if (!event || parse_upstream_event(to_json(*event)) != *event) std::abort();
    lines.remove_prefix(end + 1);
  }
}

struct Heard {
  std::string lines;
  bool whole = false;

  bool operator==(const Heard&) const = default;
};

Heard hear(JobKind kind, const ResponseHead& head, std::string_view body, std::size_t piece) {
  UpstreamReply reply(kind);
  Heard heard;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const auto lines = reply.feed(head, body.substr(at, piece));
    if (!lines) return heard;
    heard.lines += *lines;
  }
  const auto last = reply.end(head);
  if (!last) return heard;
  heard.lines += *last;
  heard.whole = true;
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  ResponseHead head;
  head.add_line((data[0] & 1) != 0 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 429 Too Many Requests\r\n");
  head.add_line((data[0] & 2) != 0 ? "Content-Type: text/event-stream\r\n"
                                   : "Content-Type: application/json\r\n");
  head.add_line("\r\n");
  const JobKind kind = (data[0] & 4) != 0 ? JobKind::chat : JobKind::models;
  const Heard whole = hear(kind, head, body, std::max<std::size_t>(body.size(), 1));
  judge(whole.lines);
  const Heard pieces = hear(kind, head, body, data[1] % 16 + 1);
  if (whole.whole && pieces != whole) std::abort();
  static_cast<void>(parse_upstream_event(body));
  if (const auto request = parse_upstream_request(body)) {
    if (parse_upstream_request(to_json(*request)) != *request) std::abort();
  }
  return 0;
}
