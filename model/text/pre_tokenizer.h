// PreTokenizer: cuts a text into the words that byte-level BPE merges within.
//
// A sequence of patterns; each cuts what the one before left into its matches and what lies between
// them ("Isolated" in huggingface/tokenizers), and sees a piece as a text of its own. The patterns
// are Oniguruma's dialect as tokenizer.json holds them; they run on PCRE2's JIT with the meaning
// that Oniguruma gives them (\s is White_Space, ^ and $ know lines). Immutable after create(); any
// thread.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd::model {

// GPT-2's pattern: what `ByteLevel` with `use_regex` splits by.
std::string_view gpt2_pattern();

// A pattern that matches `text` itself.
std::string literal_pattern(std::string_view text);

class PreTokenizer {
 public:
  // Errors: unsupported (a pattern that PCRE2 does not take; the message holds it and PCRE2's
  // reason).
  static Result<PreTokenizer> create(std::span<const std::string> patterns);

  PreTokenizer(PreTokenizer&&) noexcept;
  PreTokenizer& operator=(PreTokenizer&&) noexcept;
  ~PreTokenizer();

  // Appends the words of `text` in order; put together they are `text`. A match that PCRE2 gives up
  // on (its limits keep a hostile pattern from running for ever) leaves the rest of its piece
  // whole. REQUIRES: valid UTF-8 that outlives `words`.
  void split(std::string_view text, std::vector<std::string_view>& words) const;

 private:
  struct Pattern;
  explicit PreTokenizer(std::vector<Pattern> patterns);
  std::vector<Pattern> patterns_;
};

}  // namespace seekd::model
