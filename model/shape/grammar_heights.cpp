#include "model/shape/grammar_heights.h"

#include <algorithm>
#include <utility>

namespace seekd::model {
namespace {

constexpr std::uint8_t unknown = 255;
static_assert(Grammar::depth_max + 1 < unknown);

// Shortest ways from the ends backwards (E. Dijkstra, 1959), where a way is as long as its deepest
// call.
class Heights {
 public:
  explicit Heights(const Grammar& grammar)
      : heights_(grammar.size(), unknown),
        before_(grammar.size()),
        reached_(Grammar::depth_max + 2) {
    for (StateId state = 0; state < grammar.size(); ++state) {
      for (const ByteEdge& edge : grammar.bytes(state)) before_[edge.to].steps.push_back(state);
      for (const CallEdge& edge : grammar.calls(state)) {
        before_[edge.part].calls.push_back({state, edge});
        before_[edge.back].calls.push_back({state, edge});
      }
      if (grammar.ends(state)) reached_[0].push_back(state);
    }
  }

  std::vector<std::uint8_t> all() && {
    for (std::size_t height = 0; height < reached_.size(); ++height) {
      // What is as high is added while this runs.
      for (std::size_t i = 0; i < reached_[height].size(); ++i) {
        settle(reached_[height][i], height);
      }
    }
    return std::move(heights_);
  }

 private:
  struct Before {
    std::vector<StateId> steps;
    std::vector<std::pair<StateId, CallEdge>> calls;
  };

  void settle(StateId state, std::size_t height) {
    if (heights_[state] != unknown) return;
    heights_[state] = static_cast<std::uint8_t>(height);
    for (const StateId from : before_[state].steps) reach(from, height);
    for (const auto& [from, edge] : before_[state].calls) {
      if (heights_[edge.part] == unknown || heights_[edge.back] == unknown) continue;
      reach(from, std::max<std::size_t>(heights_[edge.part] + 1U, heights_[edge.back]));
    }
  }

  void reach(StateId state, std::size_t height) {
    if (heights_[state] == unknown && height < reached_.size()) reached_[height].push_back(state);
  }

  std::vector<std::uint8_t> heights_;
  std::vector<Before> before_;
  std::vector<std::vector<StateId>> reached_;  // by height, the settled ones too
};

}  // namespace

std::vector<std::uint8_t> heights_of(const Grammar& grammar) {
  return Heights(grammar).all();
}

}  // namespace seekd::model
