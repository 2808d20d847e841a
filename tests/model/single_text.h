// SingleText: a text of its own on a network, for tests and benchmarks that look below the
// engine. One thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/engine/token_sampler.h"
#include "model/families/llama.h"

namespace seekd::model {

class SingleText {
 public:
  // `tokens`: the most that it will have. May throw what libtorch throws.
  SingleText(const Llama& network, std::size_t tokens)
      : network_(network), pages_(network.new_pages(pages_for(tokens))), capacity_(tokens) {
    for (std::size_t i = 0; i < pages_for(tokens); ++i) own_.push_back(static_cast<PageId>(i));
  }

  // Runs the tokens behind those there are; logits of the one after them.
  Logits forward(std::span<const TokenId> tokens, Follow follow = Follow::unknown) {
    const BatchPart part{tokens, static_cast<std::int64_t>(length_), own_};
    length_ += tokens.size();
    return network_.forward({&part, 1}, pages_, follow);
  }

  // The same as [vocabulary].
  at::Tensor logits(std::span<const TokenId> tokens) { return forward(tokens).values.squeeze(0); }

  std::size_t length() const { return length_; }
  std::size_t capacity() const { return capacity_; }

 private:
  const Llama& network_;
  KvPages pages_;
  std::vector<PageId> own_;
  std::size_t capacity_;
  std::size_t length_ = 0;
};

// The token that one row of logits gives.
inline Result<TokenId> sample_one(const Logits& logits, const Sampling& sampling = {},
                                  std::uint64_t position = 0) {
  const Draw draw{sampling, position};
  return sample_tokens(logits, {&draw, 1}).front();
}

}  // namespace seekd::model
