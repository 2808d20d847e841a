// EventReader: the data of server-sent events out of bytes in pieces of any size (WHATWG HTML
// §9.2.6).
//
// Only `data` fields are read; comments and other fields are skipped. Not thread-safe. A line over
// the limit ends the reading: too_large.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::ctl {

class EventReader {
 public:
  static constexpr std::size_t event_bytes_max = 16 << 20;

  // `on_data` is called within feed(), once an event.
  explicit EventReader(std::function<void(std::string_view)> on_data);

  Status feed(std::string_view bytes);

 private:
  void end_line();

  std::function<void(std::string_view)> on_data_;
  std::string line_;
  std::string data_;
  bool has_data_ = false;
};

}  // namespace seekd::ctl
