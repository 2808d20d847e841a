#include "model/shape/shapes.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/text/call_words.h"

namespace seekd::model {
namespace {

constexpr std::size_t kept_max = 8;

// All but what stands for no text: control tokens, and the byte that no text has.
std::shared_ptr<const TokenTrie> trie_of(const Tokenizer& tokenizer, const ShapeMarks& marks,
                                         const Shapes::Marks& call_marks) {
  std::vector<std::pair<std::string_view, TokenId>> tokens;
  for (const auto& [token, bytes] : call_marks) tokens.emplace_back(bytes, token);
  for (std::size_t index = 0; index < tokenizer.size(); ++index) {
    const auto token = static_cast<TokenId>(index);
    const bool end = std::ranges::find(marks.ends, token) != marks.ends.end();
    const bool thought = token == marks.think_begin || token == marks.think_end;
    const std::string_view bytes = tokenizer.token_bytes(token);
    if (end || thought || tokenizer.is_control(token) || bytes.contains(mark_byte)) continue;
    tokens.emplace_back(bytes, token);
  }
  return std::make_shared<TokenTrie>(std::move(tokens), tokenizer.size());
}

ShapeMarks marks_of(const Tokenizer& tokenizer, std::vector<TokenId> ends) {
  ShapeMarks marks{.ends = std::move(ends),
                   .think_begin = tokenizer.find("<think>"),
                   .think_end = tokenizer.find("</think>")};
  std::erase_if(marks.ends,
                [&](TokenId end) { return static_cast<std::size_t>(end) >= tokenizer.size(); });
  if (marks.think_begin && marks.think_end) return marks;
  return {.ends = std::move(marks.ends), .think_begin = {}, .think_end = {}};
}

}  // namespace

Shapes::Shapes(const Tokenizer& tokenizer, std::vector<TokenId> ends, Marks call_marks)
    : tokenizer_(tokenizer),
      marks_(marks_of(tokenizer, std::move(ends))),
      call_marks_(std::move(call_marks)) {}

ShapedText Shapes::text(const std::shared_ptr<const Grammar>& grammar, ShapedText::At at) {
  using Lead = ShapedText::Lead;
  const Lead lead = tokenizer_.adds_space() ? Lead::spaces : Lead::none;
  return {masks_of(grammar), marks_, at, lead};
}

std::shared_ptr<PartMasks> Shapes::masks_of(const std::shared_ptr<const Grammar>& grammar) {
  const std::scoped_lock lock(mutex_);
  if (!trie_) trie_ = trie_of(tokenizer_, marks_, call_marks_);
  const auto known = std::ranges::find(latest_, grammar->source(),
                                       [](const auto& masks) { return masks->grammar().source(); });
  if (known != latest_.end()) return *known;
  if (latest_.size() == kept_max) latest_.pop_front();
  return latest_.emplace_back(std::make_shared<PartMasks>(grammar, trie_));
}

}  // namespace seekd::model
