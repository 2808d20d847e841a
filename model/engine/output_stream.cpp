#include "model/engine/output_stream.h"

#include <utility>

#include "model/text/utf8.h"

namespace seekd::model {

OutputStream::OutputStream(const Tokenizer& tokenizer, Part begin,
                           const std::vector<std::string>& stops,
                           const std::function<void(const TextDelta&)>& on_text)
    : tokenizer_(&tokenizer),
      on_text_(&on_text),
      think_begin_(tokenizer.find("<think>")),
      think_end_(tokenizer.find("</think>")),
      part_(begin),
      detokenizer_(tokenizer, begin == Part::raw ? Detokenizer::Begins::inside_text
                                                 : Detokenizer::Begins::as_text),
      matcher_(stops) {}

void OutputStream::push(TokenId token, std::span<const TokenOdds> odds) {
  if (stopped()) return;
  if (part_ == Part::raw) return push_raw(token, odds);
  if (token == think_end_) {
    write(detokenizer_.flush());
    after_thought_ = part_ == Part::reasoning;
    part_ = Part::answer;
  } else if (token == think_begin_) {
    write(detokenizer_.flush());
    // A thought stands before the answer; what opens inside the answer belongs to it.
    if (content_.empty()) part_ = Part::reasoning;
  } else if (!tokenizer_->is_control(token)) {
    if (part_ == Part::reasoning) ++reasoning_tokens_;
    write(detokenizer_.push(token), odds);
  }
}

void OutputStream::push_raw(TokenId token, std::span<const TokenOdds> odds) {
  if (token == think_begin_ || token == think_end_) {
    write(detokenizer_.flush());
    write(std::string(tokenizer_->token_bytes(token)), odds);
  } else if (!tokenizer_->is_control(token)) {
    write(detokenizer_.push(token), odds);
  }
}

void OutputStream::finish() {
  if (stopped()) return;
  write(detokenizer_.flush());
  if (!stopped()) emit({}, matcher_.flush());
}

void OutputStream::write(std::string text, std::span<const TokenOdds> odds) {
  if (part_ == Part::reasoning) {
    emit(std::move(text), {});
    return;
  }
  if (after_thought_) {
    text.erase(0, text.find_first_not_of('\n'));
    after_thought_ = text.empty();
  }
  const std::size_t begin = std::exchange(written_, written_ + text.size());
  if (!odds.empty() && !after_thought_) {
    AnswerToken token{.chosen = described(odds.front()), .best = {}};
    for (const TokenOdds& one : odds.subspan(1)) token.best.push_back(described(one));
    waiting_.push_back({std::move(token), begin, written_});
  }
  emit({}, matcher_.push(text));
}

void OutputStream::emit(std::string reasoning, std::string content) {
  reasoning_ += reasoning;
  content_ += content;
  std::vector<AnswerToken> tokens = take_certain();
  if (reasoning.empty() && content.empty() && tokens.empty()) return;
  if (*on_text_) (*on_text_)({std::move(content), std::move(reasoning), std::move(tokens)});
}

// Where a stop string cuts a token, its beginning has been written.
std::vector<AnswerToken> OutputStream::take_certain() {
  std::vector<AnswerToken> tokens;
  while (!waiting_.empty()) {
    Waiting& next = waiting_.front();
    if (next.end > content_.size() && !(stopped() && next.begin < content_.size())) break;
    tokens.push_back(std::move(next.token));
    waiting_.pop_front();
  }
  return tokens;
}

TokenLogprob OutputStream::described(const TokenOdds& odds) const {
  const std::string_view bytes = tokenizer_->token_bytes(odds.token);
  TokenLogprob out{.text = {}, .bytes = std::string(bytes), .logprob = odds.log_probability};
  append_valid_utf8(bytes, out.text);
  return out;
}

}  // namespace seekd::model
