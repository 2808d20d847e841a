// FrameCipher: AES-256-GCM (NIST SP 800-38D) over the frames of one file, each with a tag of its
// own.
//
// The key is the file's alone, and a frame's nonce is its place in the file: files are written
// once, from front to back, so that no nonce comes twice. Any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "cache/encryption/secret.h"

namespace seekd::cache {

inline constexpr std::size_t tag_bytes = 16;

// What kind of frame begins at an offset; part of the nonce, so that a last frame cannot be passed
// off as one that others follow, nor the other way.
enum class FrameKind : std::uint32_t { inner = 0, last = 1, header = 2 };

class FrameCipher {
 public:
  enum class Direction : std::uint8_t { seal, open };

  FrameCipher(Secret key, Direction direction) : key_(std::move(key)), direction_(direction) {}

  // Ciphertext and tag to `sealed`, which has room for tag_bytes more than `plain`. False when
  // OpenSSL has no memory.
  bool seal(std::uint64_t offset, FrameKind kind, std::string_view also_authenticated,
            std::string_view plain, char* sealed) const;

  // The plaintext in the place of the ciphertext; the tag behind it stays. False when the bytes
  // are not what seal() made of this frame: what stands there then is not to be used.
  bool open(std::uint64_t offset, FrameKind kind, std::string_view also_authenticated,
            std::span<char> sealed) const;

 private:
  struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;
  class Borrowed;

  Context make_context() const;

  const Secret key_;
  const Direction direction_;
  mutable std::mutex mutex_;
  mutable std::vector<Context> free_;  // keyed already, which costs more than a frame
};

}  // namespace seekd::cache
