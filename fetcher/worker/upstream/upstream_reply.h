// An upstream's reply as it comes: its body in, lines of UpstreamEvents out.
//
// An answer may be streamed, or come whole from a server that does not stream; a status of 400 and
// above has an error in its body, or nothing that is one. Decides; no I/O. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fetcher/worker/message.h"
#include "fetcher/worker/response_head.h"
#include "fetcher/worker/upstream/event_stream.h"
#include "policy/result.h"

namespace seekd::fetcher {

class UpstreamReply {
 public:
  explicit UpstreamReply(JobKind kind);

  // Lines for the reader, "" where there are none yet. `head` is the body's, the same each time.
  // Errors: invalid_argument (not what such a server answers with), too_large.
  Result<std::string> feed(const ResponseHead& head, std::string_view decoded);

  // What the end of the body brings. Errors: as feed()'s; corrupt (it ends before its end).
  Result<std::string> end(const ResponseHead& head);

 private:
  bool is_streamed(const ResponseHead& head) const;
  Status take(std::string_view data, std::string& lines);
  Result<std::string> read_whole(const ResponseHead& head) const;

  JobKind kind_;
  EventStream events_;
  std::string body_;       // of what is not streamed
  bool finished_ = false;  // a stream's last words have come
};

}  // namespace seekd::fetcher
