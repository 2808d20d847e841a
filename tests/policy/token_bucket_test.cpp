#include "policy/token_bucket.h"

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;

constexpr TokenBucket::Time start{1h};

TEST_CASE("a bucket is full at first, and fills no further") {
  TokenBucket bucket(60, 10, start);
  CHECK(bucket.held(start) == Approx(10));
  CHECK(bucket.held(start + 10min) == Approx(10));
}

TEST_CASE("what is taken comes back at its rate") {
  TokenBucket bucket(60, 10, start);
  bucket.take(10, start);
  CHECK(bucket.held(start) == Approx(0).margin(1e-9));
  CHECK(bucket.until(1, start).count() == Approx(1));
  CHECK(bucket.held(start + 500ms) == Approx(0.5));
  CHECK(bucket.until(1, start + 500ms).count() == Approx(0.5));
  CHECK(bucket.until_full(start + 5s).count() == Approx(5));
}

TEST_CASE("a debt is filled up before anything is given") {
  TokenBucket bucket(600, 100, start);
  bucket.take(150, start);
  CHECK(bucket.held(start) == Approx(-50));
  CHECK(bucket.held(start + 4s) == Approx(-10));
  CHECK(bucket.until(1, start + 4s).count() == Approx(1.1));
  CHECK(bucket.held(start + 6s) == Approx(10));
}

}  // namespace
}  // namespace seekd::policy
