// TokenBucket: so much in a while, and some of it at once.
//
// Fills at a steady rate up to its size. What is not known before it is done is taken afterwards,
// into debt, which has to be filled up before anything else is given. Plain value; `now` is an
// argument, on any clock that does not go back. One thread at a time.

#pragma once

#include <algorithm>
#include <chrono>

namespace seekd::policy {

class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Seconds = std::chrono::duration<double>;

  // Full. REQUIRES: both > 0.
  TokenBucket(double per_minute, double size, Time now)
      : per_second_(per_minute / 60), size_(size), held_(size), filled_(now) {}

  double held(Time now) {
    held_ = std::min(size_, held_ + Seconds(now - filled_).count() * per_second_);
    filled_ = now;
    return held_;
  }

  void take(double amount, Time now) { held_ = held(now) - amount; }

  // Until so much is there; 0 when it is. REQUIRES: amount <= the bucket's size.
  Seconds until(double amount, Time now) {
    return Seconds(std::max(0.0, (amount - held(now)) / per_second_));
  }
  Seconds until_full(Time now) { return until(size_, now); }

 private:
  double per_second_;
  double size_;
  double held_;
  Time filled_;
};

}  // namespace seekd::policy
