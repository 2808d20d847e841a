#include "model/engine/output_stream.h"

#include <utility>

namespace seekd::model {

OutputStream::OutputStream(const Tokenizer& tokenizer, Part begin,
                           const std::vector<std::string>& stops,
                           const std::function<void(const TextDelta&)>& on_text)
    : tokenizer_(&tokenizer),
      on_text_(&on_text),
      think_begin_(tokenizer.find("<think>")),
      think_end_(tokenizer.find("</think>")),
      part_(begin),
      detokenizer_(tokenizer),
      matcher_(stops) {}

void OutputStream::push(TokenId token) {
  if (stopped()) return;
  if (token == think_end_) {
    write(detokenizer_.flush());
    after_thought_ = part_ == Part::reasoning;
    part_ = Part::answer;
  } else if (token == think_begin_) {
    write(detokenizer_.flush());
    // A thought stands before the answer; what opens inside the answer belongs to it.
    if (content_.empty()) part_ = Part::reasoning;
  } else if (!tokenizer_->is_control(token)) {
    write(detokenizer_.push(token));
  }
}

void OutputStream::finish() {
  if (stopped()) return;
  write(detokenizer_.flush());
  if (!stopped()) emit({}, matcher_.flush());
}

void OutputStream::write(std::string text) {
  if (part_ == Part::reasoning) {
    emit(std::move(text), {});
    return;
  }
  if (after_thought_) {
    text.erase(0, text.find_first_not_of('\n'));
    after_thought_ = text.empty();
  }
  emit({}, matcher_.push(text));
}

void OutputStream::emit(std::string reasoning, std::string content) {
  if (reasoning.empty() && content.empty()) return;
  reasoning_ += reasoning;
  content_ += content;
  if (*on_text_) (*on_text_)({std::move(content), std::move(reasoning)});
}

}  // namespace seekd::model
