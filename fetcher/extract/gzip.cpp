#include "fetcher/extract/gzip.h"

#include <array>
#include <limits>

#include <zlib.h>

namespace seekd::fetcher {
namespace {

// As of a transfer: small files of repeated markup compress far better than 1:100.
constexpr std::uint64_t ratio_floor_bytes = 1 << 20;
constexpr int gzip_window_bits = 15 + 16;  // zlib.h: 16 asks for a gzip header

// Ends zlib's state with the scope.
struct Inflation {
  z_stream stream{};
  bool begun = inflateInit2(&stream, gzip_window_bits) == Z_OK;

  Inflation() = default;
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;
  ~Inflation() { inflateEnd(&stream); }
};

// Decodes one member from where the stream stands, behind what `decoded` holds already.
Status add_member(z_stream& stream, std::size_t file_bytes, const GzipLimits& limits,
                  std::string& decoded) {
  std::array<char, 16 * 1024> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    state = inflate(&stream, Z_NO_FLUSH);
    decoded.append(piece.data(), piece.size() - stream.avail_out);
    if (decoded.size() > limits.decoded_bytes_max) {
      return fail(ErrorCode::too_large, "gzip: the file is over the limit of decoded bytes");
    }
    if (decoded.size() > ratio_floor_bytes && decoded.size() / limits.ratio_max > file_bytes) {
      return fail(ErrorCode::too_large, "gzip: the file expands over the limit");
    }
  }
  if (state != Z_STREAM_END) return fail(ErrorCode::corrupt, "gzip: the file is cut or broken");
  return {};
}

}  // namespace

Result<std::string> gunzip(std::string_view bytes, const GzipLimits& limits) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    return fail(ErrorCode::too_large, "gzip: longer than zlib counts");
  }
  Inflation inflation;
  if (!inflation.begun) return fail(ErrorCode::internal, "gzip: zlib cannot begin");
  z_stream& stream = inflation.stream;
  // zlib reads alone, and says so only where ZLIB_CONST is defined.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string decoded;
  do {  // RFC 1952 §2.2: a file is its members, one after another, and nothing beside them
    if (const Status added = add_member(stream, bytes.size(), limits, decoded); !added) {
      return std::unexpected(added.error());
    }
    inflateReset(&stream);
  } while (stream.avail_in > 0);
  return decoded;
}

}  // namespace seekd::fetcher
