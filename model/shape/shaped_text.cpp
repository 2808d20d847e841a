#include "model/shape/shaped_text.h"

#include <algorithm>
#include <utility>

namespace seekd::model {
namespace {

constexpr std::size_t masks_max = 64;

}  // namespace

ShapedText::ShapedText(std::shared_ptr<PartMasks> masks, ShapeMarks marks, At at, Lead lead)
    : parts_(std::move(masks)),
      marks_(std::move(marks)),
      at_(at),
      frames_(std::make_shared<Frames>()),
      masks_(std::make_shared<Masks>()) {
  const Grammar& grammar = parts_->grammar();
  const bool spaced = lead == Lead::spaces || at == At::inside_thought;
  const StateId start = spaced ? grammar.start_spaced() : grammar.start();
  begin_places(grammar, {start, Frames::text}, *frames_, places_);
}

std::vector<std::shared_ptr<const TokenMask>> ShapedText::masks(
    std::span<const TokenId> guessed) const {
  ShapedText ahead = *this;
  std::vector<std::shared_ptr<const TokenMask>> masks = {ahead.mask()};
  for (const TokenId token : guessed) {
    ahead.took(token);
    masks.push_back(ahead.mask());
  }
  return masks;
}

std::shared_ptr<const TokenMask> ShapedText::mask() {
  if (at_ == At::open) return std::make_shared<TokenMask>(make_mask());
  // All places of a thought are one.
  const auto key = at_ == At::inside_thought ? std::vector<Place>() : places_.all;
  const auto known = masks_->find(key);
  if (known != masks_->end()) return known->second;
  if (masks_->size() >= masks_max) masks_->clear();
  return masks_->emplace(key, std::make_shared<TokenMask>(make_mask())).first->second;
}

TokenMask ShapedText::make_mask() {
  if (at_ == At::inside_thought) {
    TokenMask all(parts_->trie().vocabulary());
    for (std::size_t token = 0; token < parts_->trie().vocabulary(); ++token) {
      all.add(static_cast<TokenId>(token));
    }
    for (const TokenId end : marks_.ends) all.remove(end);
    return all;
  }
  TokenMask mask = parts_->tokens_at(places_, *frames_);
  if (places_.ended) {
    for (const TokenId end : marks_.ends) mask.add(end);
  }
  if (at_ == At::open && marks_.think_begin) mask.add(*marks_.think_begin);
  return mask;
}

void ShapedText::took(TokenId token) {
  if (at_ != At::inside_thought && token != marks_.think_begin) {
    at_ = At::answer;
    advance(token);
  } else if (token == marks_.think_begin) {
    at_ = At::inside_thought;
  } else if (token == marks_.think_end) {
    at_ = At::answer;
    const Grammar& grammar = parts_->grammar();
    begin_places(grammar, {grammar.start_spaced(), Frames::text}, *frames_, places_);
  }
}

std::size_t ShapedText::fitting(std::span<const TokenId> tokens) const {
  ShapedText tried = *this;
  std::size_t count = 0;
  for (; count < tokens.size() && tried.fits(tokens[count]); ++count) tried.took(tokens[count]);
  return count;
}

bool ShapedText::fits(TokenId token) const {
  const bool end = std::ranges::find(marks_.ends, token) != marks_.ends.end();
  if (at_ == At::inside_thought) return !end;
  if (end) return places_.ended;
  if (token == marks_.think_begin) return at_ == At::open;
  ShapedText tried = *this;
  return tried.advance(token);
}

bool ShapedText::advance(TokenId token) {
  const std::string_view bytes = parts_->trie().bytes(token);
  Places next;
  for (const char byte : bytes) {
    step_places(parts_->grammar(), places_, static_cast<std::uint8_t>(byte), *frames_, next);
    std::swap(places_, next);
  }
  return !bytes.empty() && !places_.none();
}

}  // namespace seekd::model
