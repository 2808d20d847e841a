#include "model/shape/frames.h"

#include <algorithm>
#include <utility>

namespace seekd::model {

FrameId Frames::enter(std::vector<Caller> callers) {
  std::ranges::sort(callers);
  const auto repeated = std::ranges::unique(callers);
  callers.erase(repeated.begin(), repeated.end());
  const auto [found, fresh] = known_.try_emplace(callers, static_cast<FrameId>(callers_.size()));
  if (fresh) {
    unsigned depth = 0;
    for (const Caller& caller : callers) depth = std::max(depth, depths_[caller.frame] + 1);
    depths_.push_back(depth);
    callers_.push_back(std::move(callers));
  }
  return found->second;
}

void Frames::forget(std::size_t size) {
  while (callers_.size() > size) {
    known_.erase(callers_.back());
    callers_.pop_back();
    depths_.pop_back();
  }
}

}  // namespace seekd::model
