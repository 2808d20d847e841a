// Frames: where texts of a grammar go on when the part that they are in has ended.
//
// A frame is a set of places to come back to, each with a frame of its own; equal ones are one
// (hash-consing), so that two texts which stand alike are found to. Ways that lead to the same part
// at the same byte share its frame: what is kept grows with the text and not with the number of
// ways (M. Tomita, "An Efficient Augmented-Context-Free Parsing Algorithm", 1987). One thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "model/shape/grammar.h"

namespace seekd::model {

using FrameId = std::uint32_t;

class Frames {
 public:
  struct Caller {
    StateId back = 0;
    FrameId frame = 0;
    auto operator<=>(const Caller&) const = default;
  };

  static constexpr FrameId text = 0;     // the text's own: behind it there is nothing
  static constexpr FrameId unknown = 1;  // of a part that is looked at by itself

  // `depth` of what is in the part that is looked at by itself.
  explicit Frames(unsigned depth = 0) : depths_{0, depth}, callers_(2) {}

  // Levels about it.
  unsigned depth(FrameId frame) const { return depths_[frame]; }
  std::span<const Caller> callers(FrameId frame) const { return callers_[frame]; }

  // `callers` in any order. REQUIRES: not empty.
  FrameId enter(std::vector<Caller> callers);

  // What was added since size() was that is forgotten.
  std::size_t size() const { return callers_.size(); }
  void forget(std::size_t size);

 private:
  std::vector<unsigned> depths_;
  std::vector<std::vector<Caller>> callers_;
  std::map<std::vector<Caller>, FrameId> known_;
};

}  // namespace seekd::model
