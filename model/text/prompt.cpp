#include "model/text/prompt.h"

#include <algorithm>

namespace seekd::model {

Prompt& Prompt::token(std::string_view name) {
  if (!name.empty()) segments_.push_back({Segment::Kind::token, std::string(name)});
  return *this;
}

Prompt& Prompt::text(std::string_view text) {
  if (text.empty()) return *this;
  if (segments_.empty() || segments_.back().kind != Segment::Kind::text) {
    segments_.push_back({Segment::Kind::text, ""});
  }
  segments_.back().text.append(text);
  return *this;
}

Prompt& Prompt::words(std::string_view words, std::span<const std::string_view> names) {
  while (true) {
    std::size_t at = words.size();
    std::string_view found;
    for (const std::string_view name : names) {
      const std::size_t here = words.find(name);
      if (here < at) {
        at = here;
        found = name;
      }
    }
    text(words.substr(0, at)).token(found);
    if (found.empty()) return *this;
    words.remove_prefix(at + found.size());
  }
}

}  // namespace seekd::model
