// OutputStream: token ids in; out comes text for the caller, reasoning and answer kept apart.
//
// A control token is never text: <think> and </think> switch between reasoning and answer, others
// vanish. Stop strings are sought in the answer alone, for a caller cannot foresee what a model
// thinks; line breaks between </think> and the answer are dropped. Log-probabilities are told of
// the answer's tokens, when the text up to their ends is out. One per generation; one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/engine/log_probabilities.h"
#include "model/engine/stop_matcher.h"
#include "model/model.h"
#include "model/text/detokenizer.h"
#include "model/text/tokenizer.h"

namespace seekd::model {

class OutputStream {
 public:
  enum class Part : std::uint8_t {
    reasoning,  // before </think>
    answer,     // after it, or all of a model that does not think
    raw,        // a text is gone on with: the marks of thoughts are a part of it
  };

  // `begin` is where the prompt leaves the model: inside a thought, or not. REQUIRES: `tokenizer`
  // and `on_text` outlive this.
  OutputStream(const Tokenizer& tokenizer, Part begin, const std::vector<std::string>& stops,
               const std::function<void(const TextDelta&)>& on_text);

  // `odds`: where they are to be told, the token's and then those of the best ones.
  void push(TokenId token, std::span<const TokenOdds> odds = {});

  // The stream has ended: what was held back is certain now.
  void finish();

  // A stop string was met; what is pushed after it is ignored.
  bool stopped() const { return matcher_.stopped(); }

  const std::string& reasoning() const { return reasoning_; }
  const std::string& content() const { return content_; }
  std::size_t reasoning_tokens() const { return reasoning_tokens_; }

 private:
  // A token of the answer whose text is held back.
  struct Waiting {
    AnswerToken token;
    std::size_t begin = 0;  // of its text in the answer, in bytes
    std::size_t end = 0;
  };

  void push_raw(TokenId token, std::span<const TokenOdds> odds);
  void write(std::string text, std::span<const TokenOdds> odds = {});
  void emit(std::string reasoning, std::string content);
  std::vector<AnswerToken> take_certain();
  TokenLogprob described(const TokenOdds& odds) const;

  const Tokenizer* tokenizer_;
  const std::function<void(const TextDelta&)>* on_text_;
  std::optional<TokenId> think_begin_;
  std::optional<TokenId> think_end_;
  Part part_;
  bool after_thought_ = false;  // </think> was met, and of the answer only line breaks so far
  Detokenizer detokenizer_;
  StopMatcher matcher_;
  std::string reasoning_;
  std::size_t reasoning_tokens_ = 0;
  std::string content_;
  std::size_t written_ = 0;  // bytes of the answer, those held back included
  std::deque<Waiting> waiting_;
};

}  // namespace seekd::model
