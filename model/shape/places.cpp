#include "model/shape/places.h"

#include <algorithm>
#include <utility>

namespace seekd::model {
namespace {

class Closing {
 public:
  Closing(const Grammar& grammar, Frames& frames, Places& places)
      : grammar_(grammar), frames_(frames), places_(places) {}

  void add(Place place) {
    const unsigned depth = frames_.depth(place.frame);
    if (depth + grammar_.height(place.state) > Grammar::depth_max) return;
    if (std::ranges::find(places_.all, place) == places_.all.end()) places_.all.push_back(place);
  }

  // Behind what has ended, and into what is called. What is called begins with a byte: it neither
  // ends nor calls.
  void close() {
    for (std::size_t i = 0; i < places_.all.size(); ++i) {
      const Place place = places_.all[i];
      if (grammar_.ends(place.state)) leave(place.frame);
    }
    const std::size_t before = places_.all.size();
    std::vector<std::pair<StateId, Frames::Caller>> called;
    for (std::size_t i = 0; i < before; ++i) {
      const Place place = places_.all[i];
      for (const CallEdge& edge : grammar_.calls(place.state)) {
        if (fits(edge, frames_.depth(place.frame))) {
          called.push_back({edge.part, {edge.back, place.frame}});
        }
      }
    }
    if (called.empty()) return;
    std::ranges::stable_sort(called, {}, &std::pair<StateId, Frames::Caller>::first);
    for (auto begin = called.begin(); begin != called.end();) {
      const StateId part = begin->first;
      std::vector<Frames::Caller> callers;
      for (; begin != called.end() && begin->first == part; ++begin) {
        callers.push_back(begin->second);
      }
      add({part, frames_.enter(std::move(callers))});
    }
  }

 private:
  bool fits(const CallEdge& edge, unsigned depth) const {
    return depth + 1 + grammar_.height(edge.part) <= Grammar::depth_max &&
           depth + grammar_.height(edge.back) <= Grammar::depth_max;
  }

  void leave(FrameId frame) {
    if (frame == Frames::text) places_.ended = true;
    if (frame == Frames::unknown) places_.escaped = true;
    for (const Frames::Caller& caller : frames_.callers(frame)) add({caller.back, caller.frame});
  }

  const Grammar& grammar_;
  Frames& frames_;
  Places& places_;
};

}  // namespace

void begin_places(const Grammar& grammar, Place place, Frames& frames, Places& out) {
  out = {};
  Closing closing(grammar, frames, out);
  closing.add(place);
  closing.close();
}

std::size_t step_places(const Grammar& grammar, const Places& places, std::uint8_t byte,
                        Frames& frames, Places& out) {
  out.all.clear();
  out.ended = out.escaped = false;
  Closing closing(grammar, frames, out);
  std::size_t work = 1;
  for (const Place& place : places.all) {
    const auto edges = grammar.bytes(place.state);
    work += edges.size();
    for (const ByteEdge& edge : edges) {
      if (edge.first <= byte && byte <= edge.last) closing.add({edge.to, place.frame});
    }
  }
  if (!out.none()) closing.close();
  return work + out.all.size() * out.all.size() / 8;
}

}  // namespace seekd::model
