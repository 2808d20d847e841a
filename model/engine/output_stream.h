// OutputStream: token ids in; out comes text for the caller, reasoning and answer kept apart.
//
// A control token is never text: <think> and </think> switch between reasoning and answer, others
// vanish. Stop strings are sought in the answer alone, for a caller cannot foresee what a model
// thinks; line breaks between </think> and the answer are dropped. Where a reader of calls is
// given, the answer's calls are told apart from its text, and stop strings are sought in the text
// alone. Log-probabilities are told of the text's tokens, when it is out up to their ends. One per
// generation; one thread.

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
#include "model/text/tool_call_reader.h"

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
               const std::function<void(const TextDelta&)>& on_text,
               std::optional<ToolCallReader> reader = std::nullopt);

  // `odds`: where they are to be told, the token's and then those of the best ones.
  void push(TokenId token, std::span<const TokenOdds> odds = {});

  // The stream has ended: what was held back is certain now.
  void finish();

  // A stop string was met, or the calls are whole; what is pushed after it is ignored.
  bool stopped() const { return matcher_.stopped() || (reader_ && reader_->done()); }

  const std::string& reasoning() const { return reasoning_; }
  const std::string& content() const { return content_; }
  const std::vector<ToolCall>& calls() const { return calls_; }
  std::size_t reasoning_tokens() const { return reasoning_tokens_; }

 private:
  // A token of the answer whose text is held back.
  struct Waiting {
    AnswerToken token;
    std::size_t begin = 0;  // of its text in the answer without its calls, in bytes
    std::size_t end = 0;
  };

  void push_raw(TokenId token, std::span<const TokenOdds> odds);
  void write(std::string text, std::span<const TokenOdds> odds = {});
  void take(std::vector<ToolCallReader::Piece> pieces);
  void leave_out(std::size_t bytes);
  void emit(std::string reasoning, std::string content, std::vector<ToolCallDelta> calls = {});
  std::vector<AnswerToken> take_certain();
  TokenLogprob described(const TokenOdds& odds) const;

  const Tokenizer* tokenizer_;
  const std::function<void(const TextDelta&)>* on_text_;
  std::optional<TokenId> think_begin_;
  std::optional<TokenId> think_end_;
  Part part_;
  bool after_thought_ = false;  // </think> was met, and of the answer only line breaks so far
  Detokenizer detokenizer_;
  std::optional<ToolCallReader> reader_;
  StopMatcher matcher_;
  std::string reasoning_;
  std::size_t reasoning_tokens_ = 0;
  std::string content_;
  std::vector<ToolCall> calls_;
  std::size_t read_ = 0;     // bytes of the answer's text that the reader has given
  std::size_t written_ = 0;  // and with those that it or the matcher holds back
  std::deque<Waiting> waiting_;
};

}  // namespace seekd::model
