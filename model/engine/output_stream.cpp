#include "model/engine/output_stream.h"

#include <algorithm>
#include <utility>

#include "model/text/utf8.h"

namespace seekd::model {

OutputStream::OutputStream(const Tokenizer& tokenizer, Part begin,
                           const std::vector<std::string>& stops,
                           const std::function<void(const TextDelta&)>& on_text,
                           std::optional<ToolCallReader> reader)
    : tokenizer_(&tokenizer),
      on_text_(&on_text),
      think_begin_(tokenizer.find("<think>")),
      think_end_(tokenizer.find("</think>")),
      part_(begin),
      detokenizer_(tokenizer, begin == Part::raw ? Detokenizer::Begins::inside_text
                                                 : Detokenizer::Begins::as_text),
      reader_(std::move(reader)),
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
  } else if (const auto* mark = reader_ ? reader_->mark_of(token) : nullptr;
             mark != nullptr && part_ == Part::answer) {
    write(detokenizer_.flush());
    write(*mark, odds);
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
  if (!stopped()) write(detokenizer_.flush());
  if (reader_ && !stopped()) take(reader_->finish());
  if (!matcher_.stopped()) emit({}, matcher_.flush());
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
  if (reader_) {
    take(reader_->push(text));
  } else {
    emit({}, matcher_.push(text));
  }
}

void OutputStream::take(std::vector<ToolCallReader::Piece> pieces) {
  for (auto& [bytes, content, call] : pieces) {
    if (!content.empty()) {
      read_ += bytes;
      emit({}, matcher_.push(content));
      continue;
    }
    leave_out(bytes);
    if (!call || matcher_.stopped()) continue;
    emit({}, {}, {{calls_.size(), call->id, call->name, call->arguments}});
    calls_.push_back(*std::move(call));
  }
}

// What is read next is no text: tokens within it are not told of, and those behind it move up.
void OutputStream::leave_out(std::size_t bytes) {
  const std::size_t begin = read_;
  const std::size_t end = begin + bytes;
  std::erase_if(waiting_, [&](const Waiting& token) {
    if (token.begin == token.end) return token.begin > begin && token.end < end;
    return token.begin >= begin && token.end <= end;
  });
  const auto moved = [&](std::size_t at) { return at <= begin ? at : std::max(at, end) - bytes; };
  for (Waiting& token : waiting_) {
    token.begin = moved(token.begin);
    token.end = moved(token.end);
  }
  written_ -= bytes;
}

void OutputStream::emit(std::string reasoning, std::string content,
                        std::vector<ToolCallDelta> calls) {
  reasoning_ += reasoning;
  content_ += content;
  std::vector<AnswerToken> tokens = take_certain();
  if (reasoning.empty() && content.empty() && tokens.empty() && calls.empty()) return;
  if (!*on_text_) return;
  (*on_text_)({std::move(content), std::move(reasoning), std::move(tokens), std::move(calls)});
}

// Where a stop string cuts a token, its beginning has been written.
std::vector<AnswerToken> OutputStream::take_certain() {
  std::vector<AnswerToken> tokens;
  while (!waiting_.empty()) {
    Waiting& next = waiting_.front();
    if (next.end > content_.size() && !(matcher_.stopped() && next.begin < content_.size())) break;
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
