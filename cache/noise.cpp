#include "cache/noise.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/index/characters.h"
#include "cache/noise_tokens.h"
#include "policy/ascii.h"

namespace seekd::cache {
namespace {

using policy::is_digit;

constexpr std::array<std::string_view, 50> units = {
    "second", "seconds", "sec",     "secs",  "minute", "minutes", "min",     "mins",     "hour",
    "hours",  "hr",      "hrs",     "day",   "days",   "week",    "weeks",   "month",    "months",
    "year",   "years",   "s",       "m",     "h",      "d",       "sekunde", "sekunden", "minuten",
    "stunde", "tag",     "stunden", "tagen", "woche",  "wochen",  "monat",   "monaten",  "jahr",
    "jahren", "heure",   "heures",  "jour",  "jours",  "semaine", "mois",    "an",       "ans",
    "minuto", "minutos", "hora",    "horas", "días"};
// What readers leave on a page by reading it. Votes, points, followers, downloads, stars and shares
// are not among them: how many there are is what a page may be about.
constexpr std::array<std::string_view, 10> counted = {
    "views",   "comments",   "likes", "replies",      "reactions",
    "aufrufe", "kommentare", "vues",  "commentaires", "comentarios"};
constexpr std::array<std::string_view, 5> counted_once = {"view", "comment", "like", "reply",
                                                          "reaction"};  // of counted[0] to [4]
// "17 guests online".
constexpr std::array<std::string_view, 7> present = {"users",  "guests",  "members", "visitors",
                                                     "people", "readers", "robots"};
constexpr std::array<std::string_view, 10> counted_cjk = {
    "阅读", "浏览", "评论", "点赞", "閱讀", "瀏覽", "評論", "閲覧", "コメント", "조회"};
constexpr std::array<std::string_view, 7> measure_words = {"次", "条", "條", "个",
                                                           "個", "回", "件"};
constexpr std::array<std::string_view, 8> after_counted_cjk = {":",  "：", "(",  "（",
                                                               "数", "數", "量", "수"};
constexpr std::array<std::string_view, 18> weekdays = {
    "monday", "tuesday", "wednesday", "thursday", "friday",   "saturday",
    "sunday", "mon",     "tue",       "wed",      "thu",      "fri",
    "sat",    "sun",     "montag",    "dienstag", "mittwoch", "freitag"};
constexpr std::array<std::string_view, 35> date_words = {
    "january", "february", "march",    "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "jan",   "feb", "mar",  "apr",  "jun",    "jul",
    "aug",     "sep",      "sept",     "oct",   "nov", "dec",  "am",   "pm",     "utc",
    "gmt",     "cet",      "cest",     "est",   "edt", "pst",  "pdt",  "bst"};
// What a line opens with that speaks of the request, not of the page.
constexpr std::array<std::string_view, 25> request_labels = {"page generated",
                                                             "page rendered",
                                                             "page loaded",
                                                             "page created in",
                                                             "this page took",
                                                             "server time",
                                                             "this page was generated",
                                                             "current time",
                                                             "the time now is",
                                                             "it is currently",
                                                             "today is",
                                                             "last visited",
                                                             "you last visited",
                                                             "your last visit",
                                                             "request id",
                                                             "session id",
                                                             "trace id",
                                                             "correlation id",
                                                             "ray id",
                                                             "cloudflare ray id",
                                                             "页面生成",
                                                             "当前时间",
                                                             "服务器时间",
                                                             "今天是",
                                                             "上次访问"};
// What may follow in it beside numbers, ids, dates and units; after any other word it speaks of
// something else ("Current time limit: 30 minutes").
constexpr std::array<std::string_view, 36> request_words = {
    "is",   "in", "at", "on", "of", "was", "the", "and", "with", "queries", "to", "generate",
    "load", "时", "间", "年", "月", "日",  "星",  "期",  "周",   "分",      "秒", "钟",
    "上",   "下", "午", "于", "：", "一",  "二",  "三",  "四",   "五",      "六", "天"};
constexpr std::size_t line_bytes_max = 160;    // of a line about the page; longer is text
constexpr std::size_t noise_bytes_max = 2048;  // of a text with noise in it (a footer's copyright)

bool one_of(std::span<const std::string_view> list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

// A line of the page's apparatus ("12 comments · 3 hours ago"), or text that somebody wrote.
enum class Place : std::uint8_t {
  line,      // short, and no sentence: counters and times ago are noise
  sentence,  // of noise it has the copyright's year at most
};

// Puts marks in the place of noisy tokens, pattern by pattern.
class Masker {
 public:
  Masker(std::vector<Token> tokens, Place place) : tokens_(std::move(tokens)), place_(place) {}

  void mask_everything_that_counts() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::string& text = tokens_[i].text;
      if (std::ranges::any_of(text, is_digit) || one_of(date_words, text) ||
          one_of(weekdays, text) || is_cjk_day(i)) {
        tokens_[i] = {.kind = TokenKind::sign, .text = "#", .written = "#"};
      }
    }
  }

  std::string masked() {
    std::string out;
    for (std::size_t i = 0; i < tokens_.size();) {
      const std::size_t taken = take(i, out);
      if (taken == 0) (out += tokens_[i].written) += ' ';
      i += std::max<std::size_t>(taken, 1);
    }
    return out;
  }

 private:
  std::string_view text(std::size_t i) const {
    return i < tokens_.size() ? std::string_view(tokens_[i].text) : std::string_view();
  }
  bool is_number(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::number;
  }

  // "星期三", "周三", "下午".
  bool is_cjk_day(std::size_t i) const {
    static constexpr std::array<std::string_view, 8> days = {"一", "二", "三", "四",
                                                             "五", "六", "日", "天"};
    const bool day = i > 0 && one_of(days, text(i)) && (text(i - 1) == "期" || text(i - 1) == "周");
    return day || ((text(i) == "上" || text(i) == "下") && text(i + 1) == "午");
  }

  // How many tokens from `i` on are noise, their mark put out; 0: none.
  std::size_t take(std::size_t i, std::string& out) {
    if (is_number(i) && text(i).size() == 4 && follows_copyright(i)) {
      out += "<year> ";
      return 1;
    }
    if (place_ == Place::sentence) return 0;
    if (const std::size_t ago = time_ago(i); ago > 0) {
      out += "<ago> ";
      return ago;
    }
    if (!is_number(i)) return 0;
    if (const std::string_view noun = counted_noun(i); !noun.empty()) {
      out += "<count> " + std::string(noun) + ' ';
      return 2;
    }
    const bool counts =
        follows_counter(i) || precedes_counted_cjk(i) || counts_readings(i) || counts_present(i);
    if (!counts) return 0;
    out += "<count> ";
    return 1;
  }

  // "1 comment", "12 comments": the noun as it is counted from two on. "Figure 12 view" counts
  // none.
  std::string_view counted_noun(std::size_t i) const {
    const std::string_view noun = text(i + 1);
    if (one_of(counted, noun)) return noun;
    const auto once = std::ranges::find(counted_once, noun) - counted_once.begin();
    return text(i) == "1" && once < std::ssize(counted_once) ? counted[once] : std::string_view();
  }

  // "Views: 12", "阅读 (12)", "阅读量 12".
  bool follows_counter(std::size_t i) const {
    const std::size_t begin = i;
    while (i > 0 && one_of(after_counted_cjk, text(i - 1))) --i;
    if (i == 0) return false;
    if (begin != i && one_of(counted, text(i - 1))) return true;
    std::string before;
    for (std::size_t back = std::min<std::size_t>(i, 4); back > 0; --back) before += text(i - back);
    return std::ranges::any_of(counted_cjk,
                               [&](std::string_view noun) { return before.ends_with(noun); });
  }

  // "Viewed 1,204 times", "Read 12 times".
  bool counts_readings(std::size_t i) const {
    if (i == 0 || (text(i - 1) != "viewed" && text(i - 1) != "read")) return false;
    return text(i + 1) == "times" || text(i + 1) == "time";
  }

  // "17 guests online", "17 online".
  bool counts_present(std::size_t i) const {
    if (one_of(present, text(i + 1))) ++i;
    return text(i + 1) == "online" && i + 2 >= tokens_.size();
  }

  // Does no character that may belong to the word before stand at `i`?
  bool ends_word(std::size_t i) const {
    return i >= tokens_.size() || tokens_[i].spaced || !is_ideograph(text(i));
  }

  // "12 次阅读", "12 条评论", but not "12 条评论员文章".
  bool precedes_counted_cjk(std::size_t i) const {
    ++i;
    if (one_of(measure_words, text(i))) ++i;
    std::string after;
    for (std::size_t taken = 0; taken < 4 && i < tokens_.size(); ++taken) {
      after += text(i++);
      if (one_of(counted_cjk, after)) return ends_word(i);
    }
    return false;
  }

  // "© 2019–2026", "© Example Ltd. 2026", "Copyright (c) 2026"; not "Copyright Act 1976".
  bool follows_copyright(std::size_t i) const {
    bool word_between = false;
    for (std::size_t back = 1; back <= std::min<std::size_t>(i, 6); ++back) {
      const Token& before = tokens_[i - back];
      if (before.text == "©") return true;
      if (before.text == "copyright") return !word_between;
      word_between = word_between || (before.kind == TokenKind::word && before.text != "c");
    }
    return false;
  }

  std::size_t time_ago(std::size_t i) const {
    const bool amount = is_number(i) || text(i) == "a" || text(i) == "an" || text(i) == "one";
    if (amount && one_of(units, text(i + 1)) && text(i + 2) == "ago") return 3;
    if (text(i) == "just" && text(i + 1) == "now") return 2;
    if (text(i) == "yesterday") return 1;
    if (text(i) == "vor" && is_number(i + 1) && one_of(units, text(i + 2))) return 3;
    if (text(i) == "hace" && is_number(i + 1) && one_of(units, text(i + 2))) return 3;
    if (text(i) == "il" && text(i + 1) == "y" && text(i + 2) == "a" && is_number(i + 3)) return 5;
    if (!is_number(i)) return 0;
    // "5 分钟前", "3時間前"
    for (std::size_t length = 2; length <= 4; ++length) {
      if (text(i + length) == "前") return length + 1;
      if (i + length >= tokens_.size() || tokens_[i + length].kind != TokenKind::sign) break;
    }
    return 0;
  }

  std::vector<Token> tokens_;
  const Place place_;
};

Place place_of(std::string_view text) {
  static constexpr std::array<std::string_view, 6> ends = {".", "!", "?", "。", "！", "？"};
  const bool ended =
      std::ranges::any_of(ends, [&](std::string_view end) { return text.ends_with(end); });
  return ended || text.size() > line_bytes_max ? Place::sentence : Place::line;
}

// Does `line` say, after a label that it opens with, no more than a time, a date, an id?
bool speaks_of_request(std::string_view line) {
  if (line.size() > line_bytes_max) return false;
  return std::ranges::any_of(request_labels, [&](std::string_view label) {
    if (!line.starts_with(label)) return false;
    const std::vector<Token> rest = noise_tokens(line.substr(label.size()));
    return std::ranges::all_of(rest, [](const Token& token) {
      const bool said = token.kind == TokenKind::word || token.text.size() > 1;
      return !said || std::ranges::any_of(token.text, is_digit) || one_of(units, token.text) ||
             one_of(date_words, token.text) || one_of(weekdays, token.text) ||
             one_of(request_words, token.text);
    });
  });
}

// A label and nothing else: what it labels stands in the next block.
bool is_request_label(std::string_view line) {
  while (line.ends_with(':') || line.ends_with(' ')) line.remove_suffix(1);
  return one_of(request_labels, line);
}

}  // namespace

std::string without_noise(const Block& block, std::string_view above) {
  if (block.text.size() > noise_bytes_max) return block.text;
  Masker masker(noise_tokens(block.text), place_of(block.text));
  if (speaks_of_request(lower_ascii(block.text)) || is_request_label(lower_ascii(above))) {
    masker.mask_everything_that_counts();
  }
  return masker.masked();
}

}  // namespace seekd::cache
