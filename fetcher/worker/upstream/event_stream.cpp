#include "fetcher/worker/upstream/event_stream.h"

#include <utility>

namespace seekd::fetcher {

Status EventStream::feed(std::string_view bytes, const Take& take) {
  for (const char c : bytes) {
    const bool second_half = c == '\n' && std::exchange(after_return_, false);
    after_return_ = c == '\r';
    if (second_half) continue;
    if (c == '\r' || c == '\n') {
      if (Status ended = end_line(take); !ended) return ended;
      continue;
    }
    if (line_.size() + data_.size() >= event_bytes_max_) {
      return fail(ErrorCode::too_large,
                  "an event of more than " + std::to_string(event_bytes_max_) + " bytes");
    }
    line_ += c;
  }
  return {};
}

Status EventStream::end_line(const Take& take) {
  const std::string line = std::exchange(line_, "");
  if (line.empty()) {
    const std::string data = std::exchange(data_, "");
    return std::exchange(has_data_, false) ? take(data) : Status();
  }
  constexpr std::string_view field = "data";
  if (!line.starts_with(field)) return {};
  std::string_view value = std::string_view(line).substr(field.size());
  if (!value.empty() && value.front() != ':') return {};  // another field that begins alike
  if (!value.empty()) value.remove_prefix(1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (has_data_) data_ += '\n';
  data_ += value;
  has_data_ = true;
  return {};
}

}  // namespace seekd::fetcher
