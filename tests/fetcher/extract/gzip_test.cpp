#include "fetcher/extract/gzip.h"

#include <catch2/catch.hpp>
#include <zlib.h>

using seekd::ErrorCode;
using seekd::fetcher::gunzip;
using seekd::fetcher::GzipLimits;

namespace {

constexpr GzipLimits limits{16 << 20, 100};

std::string packed(const std::string& text) {
  std::string out(text.size() + 1024, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("a gzip file is what it was made of", "[extract][gzip]") {
  CHECK(gunzip(packed("hello"), limits) == "hello");
  CHECK(gunzip(packed(""), limits) == "");
}

TEST_CASE("a gzip file that is cut, bent or none is corrupt", "[extract][gzip]") {
  const std::string whole = packed("a text that is long enough to be cut somewhere");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(gunzip(whole.substr(0, size), limits).error().code == ErrorCode::corrupt);
  }
  std::string bent = whole;
  bent[whole.size() - 6] ^= 1;  // the checksum
  CHECK(gunzip(bent, limits).error().code == ErrorCode::corrupt);
}

TEST_CASE("RFC 1952 §2.2: the members of a gzip file appear one after another", "[extract][gzip]") {
  CHECK(gunzip(packed("one, ") + packed("") + packed("two"), limits) == "one, two");
  const std::string two = packed("one, ") + packed("two");
  CHECK(gunzip(two.substr(0, two.size() - 1), limits).error().code == ErrorCode::corrupt);
}

TEST_CASE("what stands behind the last member of a gzip file makes it corrupt", "[extract][gzip]") {
  for (const std::string& behind : {std::string("<urlset>"), std::string(1, '\0')}) {
    CHECK(gunzip(packed("one") + behind, limits).error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("the limits hold for all members of a gzip file together", "[extract][gzip]") {
  const std::string member = packed(std::string(15 << 20, ' '));
  CHECK(gunzip(member + member, {16 << 20, 100'000}).error().code == ErrorCode::too_large);
  std::string many;
  for (int i = 0; i < 30; ++i) many += packed(std::string(1 << 20, ' '));
  CHECK(gunzip(many, {64 << 20, 100}).error().code == ErrorCode::too_large);
}

TEST_CASE("a gzip bomb is refused by its ratio, then by its size", "[extract][gzip]") {
  const std::string bomb = packed(std::string(15 << 20, ' '));
  CHECK(gunzip(bomb, limits).error().code == ErrorCode::too_large);
  CHECK(gunzip(bomb, {16 << 20, 100'000})->size() == 15 << 20);
  CHECK(gunzip(bomb, {14 << 20, 100'000}).error().code == ErrorCode::too_large);
}
