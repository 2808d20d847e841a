// Server-sent events (WHATWG HTML §9.2.6), cut out of bytes as they come: what stands behind
// `data:`, an event at a time. Names, numbers and retry times of events are passed over.
//
// Pure but for its own state; one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::fetcher {

class EventStream {
 public:
  using Take = std::function<Status(std::string_view data)>;

  explicit EventStream(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  // Errors: too_large (a line or an event over the limit), and what `take` answers.
  Status feed(std::string_view bytes, const Take& take);

 private:
  Status end_line(const Take& take);

  std::size_t event_bytes_max_;
  std::string line_;
  std::string data_;
  bool has_data_ = false;
  bool after_return_ = false;  // a line feed behind a carriage return ends no line of its own
};

}  // namespace seekd::fetcher
