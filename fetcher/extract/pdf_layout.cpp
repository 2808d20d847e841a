#include "fetcher/extract/pdf_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

namespace seekd::fetcher {
namespace {

constexpr double heading_ratio = 1.1;  // to the size of most of the text
constexpr std::size_t heading_bytes_max = 300;
constexpr int heading_levels = 6;
constexpr double size_step = 0.5;      // points: sizes are told apart by this much
constexpr double gap_ratio_max = 1.7;  // top to top, in heights of a line
constexpr double indent_ratio = 1.5;   // of the font's size
constexpr std::size_t edge_pages_min = 3;
constexpr double edge_share = 0.4;  // of the pages, for a line to be their header or footer

// The end of the first character of UTF-8.
std::size_t first_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
    ++length;
  }
  return length;
}

// U+2E80 and above, in three bytes or four: scripts that are written without blanks (and Hangul,
// whose lines break between words as often as not).
bool is_wide(std::string_view character) {
  return character.size() >= 3 && character >= "\xE2\xBA\x80";
}
bool begins_wide(std::string_view text) {
  return is_wide(text.substr(0, first_length(text)));
}
bool ends_wide(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return is_wide(text.substr(begin));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}

// "-" between two parts of a word that the line's end divides.
bool is_divided(std::string_view before, std::string_view after) {
  return before.size() >= 2 && before.back() == '-' && is_letter(before[before.size() - 2]) &&
         after[0] >= 'a' && after[0] <= 'z';
}

// ". . . . ." leads the eye through a table of contents.
std::string without_leaders(std::string_view text) {
  constexpr std::size_t dots_min = 4;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    std::size_t dots = 0;
    while (end < text.size() && text[end] == '.') {
      ++dots;
      end += text.substr(end).starts_with(". .") ? 2 : 1;
    }
    if (dots >= dots_min) out += "…";
    if (dots > 0 && dots < dots_min) out += text.substr(at, end - at);
    if (dots == 0) out += text[end++];
    at = end;
  }
  return out;
}

void append_line(std::string& text, std::string_view line) {
  if (text.empty()) {
    text = line;
  } else if (is_divided(text, line)) {
    text.pop_back();
    text += line;
  } else {
    if (!ends_wide(text) || !begins_wide(line)) text += ' ';
    text += line;
  }
}

// The bytes of a bullet and the blanks behind it; 0 without one.
std::size_t bullet_length(std::string_view line) {
  for (const std::string_view bullet : {"•", "◦", "▪", "‣", "●", "○", "■", "–", "-", "*"}) {
    if (!line.starts_with(bullet)) continue;
    const std::size_t behind = line.find_first_not_of(' ', bullet.size());
    return behind == bullet.size() || behind == std::string_view::npos ? 0 : behind;
  }
  return 0;
}

int steps(double font_size) {
  return static_cast<int>(std::lround(font_size / size_step));
}

// Numbers differ from page to page.
std::string without_digits(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c < '0' || c > '9'; });
  return out;
}

// The lines that most pages begin or end with.
std::set<std::string> edge_lines(const std::vector<PdfPage>& pages) {
  std::map<std::string, std::size_t> counts;
  for (const PdfPage& page : pages) {
    if (page.empty()) continue;
    std::set<std::string> edges{without_digits(page.front().text),
                                without_digits(page.back().text)};
    for (const std::string& edge : edges) ++counts[edge];
  }
  std::set<std::string> lines;
  for (const auto& [line, count] : counts) {
    if (count >= edge_pages_min &&
        static_cast<double>(count) >= edge_share * static_cast<double>(pages.size())) {
      lines.insert(line);
    }
  }
  return lines;
}

struct Sizes {
  int body = 0;               // of most of the text
  std::vector<int> headings;  // larger ones, largest first
};

Sizes measure(const std::vector<PdfPage>& pages) {
  std::map<int, std::size_t> bytes;
  for (const PdfPage& page : pages) {
    for (const PdfLine& line : page) bytes[steps(line.font_size)] += line.text.size();
  }
  Sizes sizes;
  if (bytes.empty()) return sizes;
  sizes.body =
      std::ranges::max_element(bytes, {}, [](const auto& entry) { return entry.second; })->first;
  for (auto size = bytes.rbegin(); size != bytes.rend(); ++size) {
    if (size->first > heading_ratio * sizes.body) sizes.headings.push_back(size->first);
  }
  return sizes;
}

class BlockWriter {
 public:
  explicit BlockWriter(const std::vector<PdfPage>& pages)
      : sizes_(measure(pages)), edges_(edge_lines(pages)) {}

  void add_page(const PdfPage& page) {
    previous_ = nullptr;
    for (std::size_t i = 0; i < page.size(); ++i) {
      const bool at_edge = i == 0 || i + 1 == page.size();
      if (at_edge && edges_.contains(without_digits(page[i].text))) continue;
      add_line(page[i]);
    }
  }

  std::vector<Block> finish() {
    end_block();
    return std::move(blocks_);
  }

 private:
  void add_line(const PdfLine& line) {
    const std::uint8_t level = heading_level(line);
    const std::size_t bullet = bullet_length(line.text);
    if (!goes_on(line, level) || bullet != 0) {
      end_block();
      kind_ = level != 0    ? BlockKind::heading
              : bullet != 0 ? BlockKind::list_item
                            : BlockKind::paragraph;
      level_ = bullet != 0 && level == 0 ? 1 : level;
      left_ = line.left;
    }
    const std::string text = without_leaders(line.text);
    append_line(text_, std::string_view(text).substr(level == 0 ? bullet : 0));
    previous_ = &line;
  }

  std::uint8_t heading_level(const PdfLine& line) const {
    if (line.text.size() > heading_bytes_max) return 0;
    const auto size = std::ranges::find(sizes_.headings, steps(line.font_size));
    if (size == sizes_.headings.end()) return 0;
    return static_cast<std::uint8_t>(
        std::min<std::ptrdiff_t>(size - sizes_.headings.begin() + 1, heading_levels));
  }

  bool goes_on(const PdfLine& line, std::uint8_t level) const {
    if (text_.empty()) return false;
    const std::uint8_t now = kind_ == BlockKind::heading ? level_ : 0;
    if (level != now) return false;
    // At the top of a page or a column a sentence goes on that has not ended.
    if (previous_ == nullptr || line.top < previous_->top) return level == 0 && is_unfinished();
    const double height = std::max(previous_->height, line.height);
    if (line.top - previous_->top > gap_ratio_max * height) return false;
    // An indented line begins a paragraph, but below a bullet, whose text hangs.
    return kind_ != BlockKind::paragraph || line.left < left_ + indent_ratio * line.font_size;
  }

  bool is_unfinished() const {
    static constexpr std::string_view ends[] = {".",  "!",  "?",  ":", "。",
                                                "！", "？", "：", "”", "\""};
    return kind_ == BlockKind::paragraph &&
           std::ranges::none_of(ends, [&](std::string_view end) { return text_.ends_with(end); });
  }

  void end_block() {
    if (!text_.empty()) blocks_.push_back({kind_, level_, std::move(text_)});
    text_.clear();
    level_ = 0;
    kind_ = BlockKind::paragraph;
  }

  Sizes sizes_;
  std::set<std::string> edges_;
  std::vector<Block> blocks_;

  // The block that is being read.
  std::string text_;
  BlockKind kind_ = BlockKind::paragraph;
  std::uint8_t level_ = 0;
  double left_ = 0;
  const PdfLine* previous_ = nullptr;  // on the same page
};

}  // namespace

std::vector<Block> pdf_blocks(const std::vector<PdfPage>& pages) {
  BlockWriter writer(pages);
  for (const PdfPage& page : pages) writer.add_page(page);
  return writer.finish();
}

}  // namespace seekd::fetcher
