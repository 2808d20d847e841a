#include "cache/content_links.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "policy/utf8.h"

namespace seekd::cache {
namespace {

constexpr std::size_t links_read_max = 2'000;
constexpr std::size_t text_bytes_max = 512 << 10;
constexpr std::size_t compared_bytes_max = 4 << 20;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The word, or the one character of another kind, that `text` begins with. REQUIRES: not empty.
std::string_view first_word(std::string_view text) {
  if (!is_word_byte(text.front())) return policy::character_at(text, 0);
  return text.substr(0, std::ranges::find_if_not(text, is_word_byte) - text.begin());
}

// Reads a text once and finds all links in it, by the first words of theirs.
class LinkFinder {
 public:
  explicit LinkFinder(std::span<const Link> links)
      : links_(links.first(std::min(links.size(), links_read_max))), found_(links_.size()) {
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (!links_[i].text.empty()) waiting_[first_word(links_[i].text)].push_back(i);
    }
  }

  void read(std::string_view text) {
    text = policy::first_bytes(text, text_bytes_left_);
    text_bytes_left_ -= text.size();
    while (!text.empty() && compared_bytes_left_ > 0) {
      const std::string_view word = first_word(text);
      const auto links = waiting_.find(word);
      if (links != waiting_.end()) {
        std::erase_if(links->second, [&](std::size_t link) {
          if (begins(text, link)) found_[link] = true;
          return found_[link];
        });
      }
      text.remove_prefix(word.size());
    }
  }

  std::vector<Link> found() const {
    std::vector<Link> kept;
    for (std::size_t i = 0; i < links_.size() && kept.size() < content_links_max; ++i) {
      if (found_[i]) kept.push_back(links_[i]);
    }
    return kept;
  }

 private:
  // Does the text begin with the link's words, and go on with another one?
  bool begins(std::string_view text, std::size_t link) {
    const std::string_view words = links_[link].text;
    const std::size_t common =
        std::ranges::mismatch(words, text.substr(0, std::min(words.size(), compared_bytes_left_)))
            .in1 -
        words.begin();
    compared_bytes_left_ -= std::min(common + 1, compared_bytes_left_);
    if (common < words.size()) return false;
    return common == text.size() || !is_word_byte(text[common]) || !is_word_byte(words.back());
  }

  const std::span<const Link> links_;
  std::vector<bool> found_;                                                 // by link
  std::unordered_map<std::string_view, std::vector<std::size_t>> waiting_;  // by first word
  std::size_t text_bytes_left_ = text_bytes_max;
  std::size_t compared_bytes_left_ = compared_bytes_max;
};

}  // namespace

std::vector<Link> content_links(std::span<const Block> blocks, std::span<const Link> links) {
  LinkFinder finder(links);
  for (const Block& block : blocks) finder.read(block.text);
  return finder.found();
}

}  // namespace seekd::cache
