#include "fetcher/extract/raw_text_cut.h"

#include <algorithm>
#include <array>

namespace seekd::fetcher {
namespace {

constexpr std::size_t cut_bytes_min = 64;  // less is not worth a cut
constexpr std::string_view json_ld_type = "ld+json";

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r';
}
bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
bool same_letters(char a, char b) {
  return lower(a) == b;
}

// Where `text`, a '<' and lower case letters, next stands in `html` in any case.
std::size_t find_letters(std::string_view html, std::string_view text, std::size_t from) {
  for (std::size_t at = html.find(text[0], from); at != html.npos;
       at = html.find(text[0], at + 1)) {
    const std::string_view here = html.substr(at, text.size());
    if (std::ranges::equal(here, text, same_letters)) return at;
  }
  return html.npos;
}

// The end tag of a raw text element: its name ends there.
std::size_t find_end_tag(std::string_view html, std::string_view name, std::size_t from) {
  const std::string tag = "</" + std::string(name);
  for (std::size_t at = find_letters(html, tag, from); at != html.npos;
       at = find_letters(html, tag, at + tag.size())) {
    const std::size_t behind = at + tag.size();
    if (behind == html.size()) return html.npos;
    if (is_space(html[behind]) || html[behind] == '/' || html[behind] == '>') return at;
  }
  return html.npos;
}

// One past the '>' of the start tag at `from`; a quote counts only where a value may begin.
std::size_t end_of_tag(std::string_view html, std::size_t from) {
  char before = 0;  // the last character that is no space
  for (std::size_t at = from; at < html.size(); ++at) {
    const char c = html[at];
    if (c == '>') return at + 1;
    if (before == '=' && (c == '"' || c == '\'')) {
      at = html.find(c, at + 1);
      if (at == html.npos) break;
    }
    if (!is_space(c)) before = c;
  }
  return html.npos;
}

// §13.2.5.20: behind "<!--" a "<script" makes the next end tag part of the text.
bool ends_at_first_end_tag(std::string_view script) {
  const std::size_t comment = script.find("<!--");
  return comment == script.npos || find_letters(script, "<script", comment) == script.npos;
}

// Elements whose text is no markup, or (svg) whose script and style elements are others.
constexpr auto skipped_elements = std::to_array<std::string_view>(
    {"iframe", "noembed", "noframes", "svg", "textarea", "title", "xmp"});

class Cutter {
 public:
  explicit Cutter(std::string_view html) : html_(html) { cut_.html.reserve(html.size()); }

  CutText run() {
    std::size_t at = html_.find('<');
    while (at != html_.npos) at = html_.find('<', read_markup(at));
    cut_.html += html_.substr(copied_);
    return std::move(cut_);
  }

 private:
  // Reads what begins with the '<' at `at`; where to look on, the end of the text for no further.
  std::size_t read_markup(std::size_t at) {
    if (html_.substr(at).starts_with("<!--")) {
      const std::size_t end = html_.find("-->", at + 2);
      return end == html_.npos ? html_.size() : end + 3;
    }
    if (at + 1 < html_.size() && is_letter(html_[at + 1])) return read_start_tag(at);
    return at + 1;
  }

  std::size_t read_start_tag(std::size_t at) {
    const std::size_t name_end = std::min(html_.find_first_of(" \t\n\f\r/>", at), html_.size());
    std::string name(html_.substr(at + 1, std::min<std::size_t>(name_end - at - 1, 10)));
    std::ranges::transform(name, name.begin(), lower);
    const std::size_t begin = end_of_tag(html_, at + 1);
    if (begin == html_.npos || name == "plaintext") return html_.size();
    const bool raw = name == "script" || name == "style";
    if (!raw && !std::ranges::binary_search(skipped_elements, name)) return begin;
    const std::size_t end = find_end_tag(html_, name, begin);
    if (end == html_.npos) return html_.size();
    if (raw && worth_cutting(at, begin, end)) cut(at, begin, end);
    return end;
  }

  bool worth_cutting(std::size_t tag, std::size_t begin, std::size_t end) const {
    return end - begin >= cut_bytes_min &&
           std::ranges::search(html_.substr(tag, begin - tag), json_ld_type, same_letters)
               .empty() &&
           ends_at_first_end_tag(html_.substr(begin, end - begin));
  }

  void cut(std::size_t tag, std::size_t begin, std::size_t end) {
    cut_.html += html_.substr(copied_, tag - copied_);
    cut_.tags.push_back(cut_.html.size());
    cut_.html += html_.substr(tag, begin - tag);
    copied_ = end;
  }

  std::string_view html_;
  std::size_t copied_ = 0;  // of html_
  CutText cut_;
};

}  // namespace

CutText cut_raw_text(std::string_view html) {
  return Cutter(html).run();
}

}  // namespace seekd::fetcher
