// StepRoom: how much of its limits a step takes after memory has run out in larger ones.
//
// Halved whenever that happens, doubled again after so many steps in a row that went well: what
// took the memory may have been somebody else's, and for a while. Decisions alone. One thread at a
// time.

#pragma once

#include <algorithm>
#include <cstddef>

namespace seekd::model {

class StepRoom {
 public:
  static constexpr std::size_t patience = 64;  // steps

  // What is left of a limit, but no less than `least` of it.
  std::size_t of(std::size_t limit, std::size_t least) const {
    return std::max(limit >> halvings_, std::min(limit, least));
  }

  void ran_out() {
    ++halvings_;
    steps_ = 0;
  }

  void went_well() {
    if (halvings_ == 0 || ++steps_ < patience) return;
    --halvings_;
    steps_ = 0;
  }

 private:
  std::size_t halvings_ = 0;
  std::size_t steps_ = 0;
};

}  // namespace seekd::model
