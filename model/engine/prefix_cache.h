// PrefixCache: keys and values of texts that were run before, so that a prompt which begins like
// one of them runs only what is new. Questions over the same pages begin alike: the pages stand
// first.
//
// Texts are kept whole and by their salt, so that no caller learns from the time its answer takes
// what a caller with another salt has asked. The least recently used go first. One thread at a
// time, but for bytes(). May throw what libtorch throws; torch_model.cpp stops it.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/engine/kv_cache.h"
#include "model/text/tokenizer.h"

namespace seekd::model {

class PrefixCache {
 public:
  // 0 keeps nothing.
  explicit PrefixCache(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // Copies into `cache` the longest beginning of `prompt` that is known under that salt, but not
  // all of it: the last token must run for its logits. Gives the tokens copied. REQUIRES: cache is
  // empty and has room for the prompt.
  std::size_t restore(std::string_view salt, std::span<const TokenId> prompt, KvCache& cache);

  // `tokens` are those that `cache` holds, in order. Texts that begin this one are dropped.
  void keep(std::string salt, std::vector<TokenId> tokens, KvCache cache);

  // Any thread.
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::uint64_t bytes_max() const { return bytes_max_; }

 private:
  struct Text {
    std::string salt;
    std::vector<TokenId> tokens;
    KvCache cache;
  };

  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::list<Text> texts_;  // the most recently used first
};

}  // namespace seekd::model
