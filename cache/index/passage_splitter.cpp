#include "cache/index/passage_splitter.h"

#include <algorithm>
#include <cstdint>

#include "cache/content_hash.h"
#include "cache/index/characters.h"
#include "policy/utf8.h"

namespace seekd::cache {
namespace {

// Counts tokens character by character.
class TokenMeter {
 public:
  void add(std::string_view character) {
    if (is_space(character)) {
      word_bytes_ = 0;
    } else if (is_ideograph(character)) {
      ++tokens_;
      word_bytes_ = 0;
    } else {
      // The first byte of a word counts, and every twelfth after it.
      const std::size_t before = (word_bytes_ + 11) / 12;
      word_bytes_ += character.size();
      tokens_ += (word_bytes_ + 11) / 12 - before;
    }
  }

  std::size_t tokens() const { return tokens_; }

 private:
  std::size_t tokens_ = 0;
  std::size_t word_bytes_ = 0;
};

// Where to cut a text of more than `tokens` tokens: after the last sentence that begins a second
// half, else between words, else between characters.
std::size_t cut_position(std::string_view text, std::size_t tokens) {
  TokenMeter meter;
  std::size_t sentence_end = 0;
  std::size_t word_end = 0;
  bool sentence_may_end = false;
  for (std::size_t i = 0; i < text.size();) {
    std::string_view character = policy::character_at(text, i);
    if (is_space(character)) {
      if (meter.tokens() * 2 >= tokens && (sentence_may_end || character == "\n")) sentence_end = i;
      word_end = i;
    }
    meter.add(character);
    if (meter.tokens() > tokens) {
      if (sentence_end > 0) return sentence_end;
      if (word_end > 0) return word_end;
      if (i > 0) return i;
    }
    i += character.size();
    sentence_may_end = character == "." || character == "!" || character == "?";
    if (character == "。" || character == "！" || character == "？") sentence_end = i;
  }
  return text.size();
}

class Splitter {
 public:
  void add(const Block& block, std::size_t begin) {
    if (block.kind == BlockKind::heading) {
      add_heading(block, begin);
    } else {
      add_body(block, begin);
    }
  }

  std::vector<PassageSpan> finish() {
    close();
    return std::move(passages_);
  }

 private:
  struct Heading {
    unsigned level = 0;
    std::string text;
  };

  void add_heading(const Block& block, std::size_t begin) {
    const unsigned level = std::clamp<unsigned>(block.level, 1, 6);
    // A subsection joins a section that would be too small alone.
    const bool joins = level > section_level() && tokens_ < passage_tokens_min;
    if (has_body_ && !joins) close();
    while (!headings_.empty() && headings_.back().level >= level) headings_.pop_back();
    headings_.push_back({level, std::string(policy::first_bytes(block.text, heading_bytes_max))});
    if (!has_body_) path_ = heading_path();
    extend(begin, begin + block.text.size(), estimate_tokens(block.text));
  }

  void add_body(const Block& block, std::size_t begin) {
    const std::size_t tokens = estimate_tokens(block.text);
    if (has_body_ && (tokens_ + tokens > passage_tokens_max ||
                      (tokens_ >= passage_tokens_min && may_start_passage(block)))) {
      close();
    }
    has_body_ = true;
    if (tokens_ + tokens > passage_tokens_max) {
      add_long(block.text, begin, tokens);
    } else {
      extend(begin, begin + block.text.size(), tokens);
    }
  }

  // In pieces of about equal size, so that no crumb is left at the end.
  void add_long(std::string_view text, std::size_t begin, std::size_t tokens) {
    const std::size_t pieces = (tokens_ + tokens + passage_tokens_max - 1) / passage_tokens_max;
    const std::size_t piece_tokens = (tokens_ + tokens) / pieces + 1;
    while (!text.empty()) {
      const std::size_t room = piece_tokens > tokens_ ? piece_tokens - tokens_ : 1;
      const std::size_t cut = cut_position(text, room);
      extend(begin, begin + cut, estimate_tokens(text.substr(0, cut)));
      const std::size_t next = std::min(text.find_first_not_of(" \n\t", cut), text.size());
      text.remove_prefix(next);
      begin += next;
      if (!text.empty()) close();
      has_body_ = true;
    }
  }

  // Every third block on the average, by its own text.
  static bool may_start_passage(const Block& block) {
    return static_cast<std::uint8_t>(hash_text(block.text).bytes[0]) % 3 == 0;
  }

  unsigned section_level() const { return headings_.empty() ? 0 : headings_.back().level; }

  std::string heading_path() const {
    std::string path;
    for (const Heading& heading : headings_) {
      if (!path.empty()) path += " > ";
      path += heading.text;
    }
    return path;
  }

  void extend(std::size_t begin, std::size_t end, std::size_t tokens) {
    if (!open_) {
      open_ = true;
      begin_ = begin;
      path_ = heading_path();
    }
    end_ = end;
    tokens_ += tokens;
  }

  void close() {
    if (open_ && begin_ < end_ && passages_.size() < passages_max) {
      passages_.push_back({path_, begin_, end_});
    }
    open_ = false;
    has_body_ = false;
    tokens_ = 0;
  }

  std::vector<PassageSpan> passages_;
  std::vector<Heading> headings_;  // from the outermost to the current section
  bool open_ = false;              // the passage being filled:
  bool has_body_ = false;          // more than headings
  std::string path_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t tokens_ = 0;
};

}  // namespace

std::size_t estimate_tokens(std::string_view text) {
  TokenMeter meter;
  for (std::size_t i = 0; i < text.size();) {
    std::string_view character = policy::character_at(text, i);
    meter.add(character);
    i += character.size();
  }
  return meter.tokens();
}

std::vector<PassageSpan> split_passages(const std::vector<Block>& blocks) {
  Splitter splitter;
  std::size_t begin = 0;
  for (const Block& block : blocks) {
    splitter.add(block, begin);
    begin += block.text.size() + 1;
  }
  return splitter.finish();
}

}  // namespace seekd::cache
