#include "fetcher/broker/webhook_keys.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fetcher/broker/secret_file.h"

namespace seekd::fetcher {
namespace {

constexpr std::string_view encoded_prefix = "whsec_";
constexpr std::size_t key_bytes_min = 16;
constexpr std::size_t key_bytes_max = 512;

std::unexpected<Error> no_key(const std::filesystem::path& file, std::string_view why) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("egress.webhook's key_file '{}': {}", file.native(), why));
}

// RFC 4648 §4, with its padding.
std::string decoded(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4 * key_bytes_max) return "";
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return "";
  const auto padding = static_cast<std::size_t>(std::ranges::count(text, '='));
  bytes.resize(static_cast<std::size_t>(size) - std::min<std::size_t>(padding, 2));
  return bytes;
}

std::string encoded(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

Result<std::string> load_key(const std::filesystem::path& file) {
  Result<std::string> text = read_secret_file(file, "egress.webhook's key_file");
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->find('\n') != text->npos) return no_key(file, "holds more than one line");
  if (text->starts_with(encoded_prefix)) {
    *text = decoded(std::string_view(*text).substr(encoded_prefix.size()));
    if (text->empty()) return no_key(file, "what is behind whsec_ is no base64");
  }
  if (text->size() < key_bytes_min || text->size() > key_bytes_max) {
    return no_key(file, fmt::format("holds a key of {} bytes; {} to {} are wanted", text->size(),
                                    key_bytes_min, key_bytes_max));
  }
  return text;
}

}  // namespace

Result<WebhookKeys> WebhookKeys::load(std::span<const policy::Webhook> webhooks,
                                      const std::filesystem::path& credentials) {
  Result<NamedKeys> found = load_named_keys(webhooks, credentials, "webhook-key-", load_key);
  if (!found) return std::unexpected(std::move(found.error()));
  WebhookKeys keys;
  keys.by_webhook_ = *std::move(found);
  return keys;
}

std::vector<std::string> WebhookKeys::fields_for(const NoticeRequest& request,
                                                 TimePoint now) const {
  const std::string time = std::to_string(now.time_since_epoch().count());
  std::vector<std::string> fields{"webhook-id: " + request.id, "webhook-timestamp: " + time};
  const auto key = by_webhook_.find(request.webhook);
  if (key == by_webhook_.end()) return fields;
  const std::string text = request.id + '.' + time + '.' + request.body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key->second.data(), static_cast<int>(key->second.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), code.data(), &size);
  fields.push_back("webhook-signature: v1," + encoded(std::span(code).first(size)));
  return fields;
}

}  // namespace seekd::fetcher
