#include "model/text/detokenizer.h"

#include <utility>

#include "model/text/utf8.h"

namespace seekd::model {

std::string Detokenizer::push(TokenId id) {
  std::string_view bytes = tokenizer_->token_bytes(id);
  if (drops_space_ && !bytes.empty()) {
    if (bytes.front() == ' ') bytes.remove_prefix(1);
    drops_space_ = false;
  }
  pending_.append(bytes);
  const std::size_t unfinished = unfinished_utf8_suffix(pending_);
  std::string text;
  append_valid_utf8(std::string_view(pending_).substr(0, pending_.size() - unfinished), text);
  pending_.erase(0, pending_.size() - unfinished);
  return text;
}

std::string Detokenizer::flush() {
  std::string text;
  drops_space_ = adds_space_;
  append_valid_utf8(std::exchange(pending_, {}), text);
  return text;
}

}  // namespace seekd::model
