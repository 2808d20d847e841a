#include "policy/url_mentions.h"

#include <algorithm>
#include <optional>

#include "policy/url.h"
#include "policy/utf8.h"

namespace seekd::policy {
namespace {

// The length of "http://" or "https://" at the front of `text`, in any case; 0 when neither stands
// there.
std::size_t scheme_length(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    const bool same = text.size() >= scheme.size() &&
                      std::ranges::equal(scheme, text.substr(0, scheme.size()), [](char a, char b) {
                        return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
                      });
    if (same) return scheme.size();
  }
  return 0;
}

constexpr char32_t first_cjk =
    0x2E80;  // punctuation and letters of Chinese and Japanese from here on

// Chinese runs on after a URL without a space. A character of it belongs to the URL where a URL's
// own delimiter or another such character stands before: "https://zh.example.org/wiki/北京", but
// "https://example.org的内容".
bool continues(char32_t c, char before) {
  if (c == U'"' || c == U'<' || c == U'>' || c == U'`' || c <= U' ' || c == 0x7f) return false;
  if (c == 0x00A0 || (c >= 0x2000 && c <= 0x206F)) return false;  // spaces and quotation marks
  if (c < first_cjk) return true;
  const bool letter = (c >= 0x3040 && c <= 0xFAFF) || c >= 0x20000;
  const bool joined = std::string_view("/=-_.?&#").find(before) != std::string_view::npos ||
                      static_cast<unsigned char>(before) >= 0x80;
  return letter && joined;
}

// How long the URL at the front of `text` is; `scheme` bytes of it are known.
std::size_t url_length(std::string_view text, std::size_t scheme) {
  // A few bytes over the limit are enough to see that it is too long.
  text = text.substr(0, url_bytes_max + 4);
  std::string_view rest = text.substr(scheme);
  while (!rest.empty()) {
    const char before = *(rest.data() - 1);
    std::string_view after = rest;
    const std::optional<char32_t> c = take_code_point(after);
    if (!c || !continues(*c, before)) break;
    rest = after;
  }
  return text.size() - rest.size();
}

// "(see https://example.org/a_(b).)" names https://example.org/a_(b)
std::string_view without_sentence_end(std::string_view url) {
  auto opened = std::ranges::count(url, '(');
  auto closed = std::ranges::count(url, ')');
  while (!url.empty()) {
    const char last = url.back();
    const bool unbalanced = last == ')' && closed > opened;
    if (!unbalanced && std::string_view(".,;:!?'*]}").find(last) == std::string_view::npos) break;
    if (last == ')') --closed;
    url.remove_suffix(1);
  }
  return url;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::vector<std::string> url_mentions(std::string_view text) {
  std::vector<std::string> urls;
  for (std::size_t at = 0; at < text.size() && urls.size() < url_mentions_max;) {
    const bool inside_word = at > 0 && is_word(text[at - 1]);
    const std::size_t scheme = inside_word ? 0 : scheme_length(text.substr(at));
    if (scheme == 0) {
      ++at;
      continue;
    }
    const std::string_view url =
        without_sentence_end(text.substr(at, url_length(text.substr(at), scheme)));
    if (url.size() > scheme && url.size() <= url_bytes_max &&
        std::ranges::find(urls, url) == urls.end()) {
      urls.emplace_back(url);
    }
    at += std::max(scheme, url.size());
  }
  return urls;
}

}  // namespace seekd::policy
