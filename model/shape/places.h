// Places: where a text of a grammar may stand, all at once, and what a byte makes of them.
//
// Pure but for the frames that it is handed; any thread that has those to itself.

#pragma once

#include <cstdint>
#include <vector>

#include "model/shape/frames.h"
#include "model/shape/grammar.h"

namespace seekd::model {

struct Place {
  StateId state = 0;
  FrameId frame = 0;
  auto operator<=>(const Place&) const = default;
};

struct Places {
  std::vector<Place> all;
  bool ended = false;    // the text may end here
  bool escaped = false;  // the part that is looked at by itself (Frames::unknown) may

  bool none() const { return all.empty(); }
};

// With the parts that are called there.
void begin_places(const Grammar& grammar, Place place, Frames& frames, Places& out);

// Behind `byte`; none where it does not fit. `out` is another than `places`. How much work it was,
// in edges looked at.
std::size_t step_places(const Grammar& grammar, const Places& places, std::uint8_t byte,
                        Frames& frames, Places& out);

}  // namespace seekd::model
