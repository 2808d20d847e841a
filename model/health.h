// ModelHealth: whether a model can answer, as it says of itself. Plain values.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace seekd::model {

enum class ModelState : std::uint8_t {
  healthy,
  hung,  // a step takes too long; requests are refused until it returns, if ever it does
  lost,  // its device answers no more; only another process can have it again
};

constexpr std::string_view to_string(ModelState state) {
  switch (state) {
    case ModelState::healthy:
      return "ok";
    case ModelState::hung:
      return "hung";
    case ModelState::lost:
      return "lost";
  }
  return "lost";
}

struct ModelHealth {
  ModelState state = ModelState::healthy;
  std::string reason;  // of what is not healthy: what hangs or was lost, and what to do
};

// Steps of the network that did not end as they should, of all so far.
struct StepFailures {
  std::uint64_t out_of_memory = 0;
  std::uint64_t errors = 0;     // of the device or the library
  std::uint64_t hangs = 0;      // that returned after all
  std::uint64_t recovered = 0;  // failed ones that the model went on after, its weights in place
};

}  // namespace seekd::model
