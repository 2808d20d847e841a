#include "cache/encryption/frame_cipher.h"

#include <array>

namespace seekd::cache {
namespace {

using Nonce = std::array<std::uint8_t, 12>;

Nonce nonce_of(std::uint64_t offset, FrameKind kind) {
  Nonce nonce;
  for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(offset >> (8 * i));
  for (std::size_t i = 0; i < 4; ++i) {
    nonce[8 + i] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(kind) >> (8 * i));
  }
  return nonce;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool authenticate_also(EVP_CIPHER_CTX* context, std::string_view data) {
  int done = 0;
  return data.empty() || ::EVP_CipherUpdate(context, nullptr, &done, bytes_of(data),
                                            static_cast<int>(data.size())) == 1;
}

}  // namespace

// A keyed context, given back at the end.
class FrameCipher::Borrowed {
 public:
  explicit Borrowed(const FrameCipher& cipher) : cipher_(cipher) {
    {
      const std::lock_guard lock(cipher.mutex_);
      if (!cipher.free_.empty()) {
        context_ = std::move(cipher.free_.back());
        cipher.free_.pop_back();
      }
    }
    if (!context_) context_ = cipher.make_context();
  }
  ~Borrowed() {
    if (!context_) return;
    const std::lock_guard lock(cipher_.mutex_);
    cipher_.free_.push_back(std::move(context_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  EVP_CIPHER_CTX* get() const { return context_.get(); }

 private:
  const FrameCipher& cipher_;
  Context context_;
};

FrameCipher::Context FrameCipher::make_context() const {
  Context context(::EVP_CIPHER_CTX_new());
  const int sealing = direction_ == Direction::seal ? 1 : 0;
  if (context && ::EVP_CipherInit_ex(context.get(), ::EVP_aes_256_gcm(), nullptr,
                                     key_.bytes().data(), nullptr, sealing) != 1) {
    context.reset();
  }
  return context;
}

bool FrameCipher::seal(std::uint64_t offset, FrameKind kind, std::string_view also_authenticated,
                       std::string_view plain, char* sealed) const {
  const Borrowed context(*this);
  const Nonce nonce = nonce_of(offset, kind);
  auto* out = reinterpret_cast<unsigned char*>(sealed);
  int done = 0;
  return context.get() != nullptr &&
         ::EVP_CipherInit_ex(context.get(), nullptr, nullptr, nullptr, nonce.data(), 1) == 1 &&
         authenticate_also(context.get(), also_authenticated) &&
         ::EVP_CipherUpdate(context.get(), out, &done, bytes_of(plain),
                            static_cast<int>(plain.size())) == 1 &&
         ::EVP_CipherFinal_ex(context.get(), out + done, &done) == 1 &&
         ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes,
                               out + plain.size()) == 1;
}

bool FrameCipher::open(std::uint64_t offset, FrameKind kind, std::string_view also_authenticated,
                       std::span<char> sealed) const {
  if (sealed.size() < tag_bytes) return false;
  const Borrowed context(*this);
  const Nonce nonce = nonce_of(offset, kind);
  const std::size_t size = sealed.size() - tag_bytes;
  auto* bytes = reinterpret_cast<unsigned char*>(sealed.data());
  int done = 0;
  return context.get() != nullptr &&
         ::EVP_CipherInit_ex(context.get(), nullptr, nullptr, nullptr, nonce.data(), 0) == 1 &&
         authenticate_also(context.get(), also_authenticated) &&
         ::EVP_CipherUpdate(context.get(), bytes, &done, bytes, static_cast<int>(size)) == 1 &&
         ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, bytes + size) ==
             1 &&
         ::EVP_CipherFinal_ex(context.get(), bytes + done, &done) == 1;
}

}  // namespace seekd::cache
