#include "ctl/event_reader.h"

#include <utility>

namespace seekd::ctl {

EventReader::EventReader(std::function<void(std::string_view)> on_data)
    : on_data_(std::move(on_data)) {}

Status EventReader::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      end_line();
    } else if (line_.size() + data_.size() < event_bytes_max) {
      line_ += c;
    } else {
      return fail(ErrorCode::too_large, "an event of the reply is larger than " +
                                            std::to_string(event_bytes_max) + " bytes");
    }
  }
  return {};
}

void EventReader::end_line() {
  std::string_view line = line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    if (std::exchange(has_data_, false)) on_data_(data_);
    data_.clear();
  } else if (line.starts_with("data:")) {
    line.remove_prefix(5);
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += line;
  }
  line_.clear();
}

}  // namespace seekd::ctl
