#include "model/weights/fingerprint.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <xxhash.h>

#include "model/weights/input_file.h"

namespace seekd::model {
namespace {

constexpr std::size_t kChunkBytes = 4U << 20;

struct StateDeleter {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

Status add_file(const std::filesystem::path& path, XXH3_state_t& hash) {
  const auto file = InputFile::open(path);
  if (!file) return std::unexpected(file.error());
  const std::uint64_t size = file->size();
  XXH3_128bits_update(&hash, &size, sizeof size);
  std::vector<std::byte> chunk;
  for (std::uint64_t at = 0; at < size; at += chunk.size()) {
    chunk.resize(std::min<std::uint64_t>(kChunkBytes, size - at));
    if (auto read = file->read(at, chunk); !read) return read;
    XXH3_128bits_update(&hash, chunk.data(), chunk.size());
  }
  return {};
}

std::string hex(const XXH128_hash_t& hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  std::string text;
  for (const unsigned char byte : bytes.digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace

Result<std::string> fingerprint_folder(const std::filesystem::path& folder,
                                       std::string_view settings) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".safetensors") files.push_back(entry->path());
  }
  if (error) return fail(ErrorCode::io, folder.string() + ": " + error.message());
  std::ranges::sort(files);
  files.insert(files.begin(), {folder / "config.json", folder / "tokenizer.json"});

  const std::unique_ptr<XXH3_state_t, StateDeleter> hash(XXH3_createState());
  if (!hash) return fail(ErrorCode::too_large, "hashing " + folder.string() + ": memory ran out");
  XXH3_128bits_reset(hash.get());
  XXH3_128bits_update(hash.get(), settings.data(), settings.size());
  for (const std::filesystem::path& file : files) {
    if (auto added = add_file(file, *hash); !added) return std::unexpected(added.error());
  }
  return hex(XXH3_128bits_digest(hash.get()));
}

}  // namespace seekd::model
