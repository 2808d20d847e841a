#include "model/engine/prefix_cache.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace seekd::model {

namespace {

// Fewer are run as fast as they are copied.
constexpr std::size_t kTokensMin = 16;

std::size_t common(std::span<const TokenId> a, std::span<const TokenId> b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

std::size_t PrefixCache::restore(std::string_view salt, std::span<const TokenId> prompt,
                                 KvCache& cache) {
  assert(cache.length() == 0 && !prompt.empty());
  const auto needed = prompt.first(prompt.size() - 1);
  std::size_t best = 0;
  auto from = texts_.end();
  for (auto text = texts_.begin(); text != texts_.end(); ++text) {
    if (text->salt != salt) continue;
    const std::size_t shared = common(text->tokens, needed);
    if (shared <= best) continue;
    best = shared;
    from = text;
  }
  if (best < kTokensMin) return 0;
  cache.copy_prefix(from->cache, static_cast<std::int64_t>(best));
  texts_.splice(texts_.begin(), texts_, from);
  return best;
}

void PrefixCache::keep(std::string salt, std::vector<TokenId> tokens, KvCache cache) {
  assert(tokens.size() == static_cast<std::size_t>(cache.length()));
  const auto drop = [this](auto text) {
    bytes_ -= text->cache.bytes();
    return texts_.erase(text);
  };
  for (auto text = texts_.begin(); text != texts_.end();) {
    const bool begins = text->salt == salt && common(text->tokens, tokens) == text->tokens.size();
    text = begins ? drop(text) : std::next(text);
  }
  if (tokens.size() < kTokensMin || cache.bytes() > bytes_max_) return;
  while (bytes_ + cache.bytes() > bytes_max_) drop(std::prev(texts_.end()));
  bytes_ += cache.bytes();
  texts_.push_front({std::move(salt), std::move(tokens), std::move(cache)});
}

}  // namespace seekd::model
