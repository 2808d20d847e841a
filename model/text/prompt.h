// Prompt: what a chat template writes, with the names of special tokens kept apart from text.
//
// Only what the template itself names can become a special token, so that the text of a page, of a
// tool's result or of an argument never ends a turn. One thread at a time; cannot fail.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::model {

// A run of the prompt. Neighbouring texts are one: the template's words and the message beside them
// are tokenised together, as they were in training.
struct Segment {
  enum class Kind : std::uint8_t {
    token,  // a special token's name, written by the template
    text,   // never parsed for special tokens
  };
  Kind kind = Kind::text;
  std::string text;

  bool operator==(const Segment&) const = default;
};

class Prompt {
 public:
  Prompt& token(std::string_view name);
  Prompt& text(std::string_view text);

  // The template's own words: each of `names` in them is the token of that name.
  Prompt& words(std::string_view words, std::span<const std::string_view> names);

  std::vector<Segment> take() && { return std::move(segments_); }

 private:
  std::vector<Segment> segments_;
};

}  // namespace seekd::model
