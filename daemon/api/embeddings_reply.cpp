#include "daemon/api/embeddings_reply.h"

#include <array>
#include <bit>
#include <charconv>
#include <span>

#include <boost/json.hpp>
#include <openssl/evp.h>

namespace seekd::daemon {
namespace {

constexpr std::size_t number_bytes_max = 16;  // of a float's shortest text

void append_numbers(std::span<const float> row, std::string& out) {
  out += '[';
  for (const float value : row) {
    std::array<char, number_bytes_max> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), written.ptr).push_back(',');
  }
  out.back() = ']';
}

void append_base64(std::span<const float> row, std::string& out) {
  static_assert(std::endian::native == std::endian::little);
  const std::size_t begin = out.size() + 1;
  // Four characters for three bytes, the quotes, and the zero that OpenSSL ends with.
  out.resize(begin + (row.size_bytes() + 2) / 3 * 4 + 1);
  out[begin - 1] = '"';
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + begin),
                  reinterpret_cast<const unsigned char*>(row.data()),
                  static_cast<int>(row.size_bytes()));
  out.back() = '"';
}

}  // namespace

std::string embeddings_json(const EmbeddingDesk::Vectors& vectors, std::size_t dimension,
                            std::string_view model, VectorEncoding encoding) {
  const std::size_t rows = vectors.values.size() / dimension;
  std::string out = R"({"object":"list","data":[)";
  for (std::size_t index = 0; index < rows; ++index) {
    out += R"({"object":"embedding","index":)" + std::to_string(index) + R"(,"embedding":)";
    const auto row = std::span(vectors.values).subspan(index * dimension, dimension);
    if (encoding == VectorEncoding::base64) {
      append_base64(row, out);
    } else {
      append_numbers(row, out);
    }
    out += "},";
  }
  out.back() = ']';
  const std::string tokens = std::to_string(vectors.tokens);
  return out + R"(,"model":)" + boost::json::serialize(boost::json::string_view(model)) +
         R"(,"usage":{"prompt_tokens":)" + tokens + R"(,"total_tokens":)" + tokens + "}}";
}

}  // namespace seekd::daemon
