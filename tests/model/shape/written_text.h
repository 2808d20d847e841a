// A text as a grammar reads it, byte by byte.

#pragma once

#include <string_view>
#include <utility>

#include "model/shape/places.h"

namespace seekd::model {

// Where the text stands; none where it is no beginning of one.
inline Places places_after(const Grammar& grammar, std::string_view text, Frames& frames) {
  Places here;
  Places next;
  begin_places(grammar, {grammar.start(), Frames::text}, frames, here);
  for (const char byte : text) {
    step_places(grammar, here, static_cast<std::uint8_t>(byte), frames, next);
    std::swap(here, next);
  }
  return here;
}

inline bool is_text_of(const Grammar& grammar, std::string_view text) {
  Frames frames;
  return places_after(grammar, text, frames).ended;
}

}  // namespace seekd::model
