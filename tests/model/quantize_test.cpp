#include "model/weights/quantize.h"

#include <cstring>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

TEST_CASE("every block format is dequantised to the bits that the gguf package gives") {
  const auto vectors = read_vectors("quantize_vectors.json");
  REQUIRE(vectors.as_object().size() == dtype_count);
  for (std::size_t i = 0; i < dtype_count; ++i) {
    const auto type = static_cast<DType>(i);
    CAPTURE(to_string(type));
    const auto& vector = vectors.at(to_string(type));
    const auto blocks = from_hex(vector.at("blocks").as_string());
    const auto expected = from_hex(vector.at("weights").as_string());
    std::vector<float> weights(expected.size() / sizeof(float));
    REQUIRE(storage_bytes(type, weights.size()) == blocks.size());
    dequantize(type, blocks, weights);
    CHECK(std::memcmp(weights.data(), expected.data(), expected.size()) == 0);
  }
}

TEST_CASE("infinities and NaNs of float16 stay what they are") {
  const std::uint16_t halves[] = {0x7c00, 0xfc00, 0x7e01};
  float weights[3];
  dequantize(DType::f16, std::as_bytes(std::span(halves)), weights);
  CHECK(weights[0] == std::numeric_limits<float>::infinity());
  CHECK(weights[1] == -std::numeric_limits<float>::infinity());
  CHECK(weights[2] != weights[2]);
}

TEST_CASE("a size that is no whole number of blocks, or overflows, is none") {
  CHECK(storage_bytes(DType::q4_1, 64) == 40);
  CHECK_FALSE(storage_bytes(DType::q4_1, 33));
  CHECK_FALSE(storage_bytes(DType::f32, std::uint64_t{1} << 62));
  CHECK(storage_bytes(DType::q8_0, 0) == 0);
}

}  // namespace
}  // namespace seekd::model
