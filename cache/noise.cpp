#include "cache/noise.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cache/index/utf8.h"

namespace seekd::cache {
namespace {

enum class TokenKind : std::uint8_t {
  number,  // digits, with '.' or ',' between them
  word,    // lower case; letters, with digits, '-' and '_' inside
  sign,    // any other character but white space
};

struct Token {
  TokenKind kind = TokenKind::sign;
  std::string text;
};

constexpr std::array<std::string_view, 50> units = {
    "second", "seconds", "sec",     "secs",  "minute", "minutes", "min",     "mins",     "hour",
    "hours",  "hr",      "hrs",     "day",   "days",   "week",    "weeks",   "month",    "months",
    "year",   "years",   "s",       "m",     "h",      "d",       "sekunde", "sekunden", "minuten",
    "stunde", "tag",     "stunden", "tagen", "woche",  "wochen",  "monat",   "monaten",  "jahr",
    "jahren", "heure",   "heures",  "jour",  "jours",  "semaine", "mois",    "an",       "ans",
    "minuto", "minutos", "hora",    "horas", "días"};
constexpr std::array<std::string_view, 34> counted = {
    "view",         "views",     "comment",     "comments",  "like",       "likes",
    "share",        "shares",    "reply",       "replies",   "vote",       "votes",
    "follower",     "followers", "download",    "downloads", "star",       "stars",
    "visitor",      "visitors",  "reads",       "reactions", "upvotes",    "subscriber",
    "subscribers",  "watching",  "online",      "aufrufe",   "kommentare", "vues",
    "commentaires", "visitas",   "comentarios", "points"};
constexpr std::array<std::string_view, 12> counted_signs = {"次", "阅", "读", "浏", "览", "评",
                                                            "论", "赞", "閲", "覧", "件", "回"};
constexpr std::array<std::string_view, 19> weekdays = {
    "monday", "tuesday",  "wednesday", "thursday", "friday", "saturday", "sunday",
    "mon",    "tue",      "wed",       "thu",      "fri",    "sat",      "sun",
    "montag", "dienstag", "mittwoch",  "freitag",  "sonntag"};
constexpr std::array<std::string_view, 33> date_words = {
    "january", "february", "march",    "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "jan",   "feb", "mar",  "apr",  "jun",    "jul",
    "aug",     "sep",      "sept",     "oct",   "nov", "dec",  "am",   "pm",     "utc",
    "gmt",     "at",       "on",       "of",    "cet", "est"};
// What is said of a request, not of the page.
constexpr std::array<std::string_view, 17> request_labels = {
    "page generated", "generated in",   "generated at", "rendered in", "rendered at", "server time",
    "current time",   "local time",     "today is",     "request id",  "session id",  "ray id",
    "trace id",       "correlation id", "csrf",         "nonce",       "served by"};
// Over a date or an id, these say that it is the page's own.
constexpr std::array<std::string_view, 18> own_labels = {
    "updated",  "effective", "modified", "revised",     "revision", "published",
    "version",  "release",   "date",     "since",       "sha",      "md5",
    "checksum", "digest",    "hash",     "fingerprint", "commit",   "key"};
constexpr std::array<std::string_view, 26> teaser_labels = {"related",
                                                            "you may also like",
                                                            "you might also like",
                                                            "you may like",
                                                            "more from",
                                                            "more stories",
                                                            "more articles",
                                                            "recommended",
                                                            "popular",
                                                            "most popular",
                                                            "most read",
                                                            "most viewed",
                                                            "trending",
                                                            "read next",
                                                            "up next",
                                                            "further reading suggestions",
                                                            "also read",
                                                            "sponsored",
                                                            "相关",
                                                            "推荐",
                                                            "热门",
                                                            "猜你喜欢",
                                                            "関連",
                                                            "おすすめ",
                                                            "人気",
                                                            "das könnte sie"};
constexpr std::size_t teaser_label_bytes_max = 60;
constexpr std::size_t token_bytes_min = 16;  // of an id that stands alone

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

bool one_of(std::span<const std::string_view> list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool mentions(std::string_view text, std::span<const std::string_view> labels) {
  return std::ranges::any_of(labels, [&](std::string_view label) { return text.contains(label); });
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> read() {
    while (i_ < text_.size()) {
      const std::string_view character = character_at(text_, i_);
      if (is_digit(text_[i_])) {
        read_number();
      } else if (is_letter(character)) {
        read_word();
      } else {
        if (!is_space(character) && character != "\u00a0") {
          tokens_.push_back({TokenKind::sign, std::string(character)});
        }
        i_ += character.size();
      }
    }
    return std::move(tokens_);
  }

 private:
  // Letters beyond ASCII but ideographs count as parts of words; a few signs among them do no harm.
  static bool is_letter(std::string_view character) {
    if (character.size() == 1) return is_alpha(character[0]);
    return character.size() == 2 && character != "\u00a9" && character != "\u00a0" &&
           character != "\u00b7";
  }

  void read_number() {
    const std::size_t begin = i_;
    while (i_ < text_.size() && is_digit(text_[i_])) {
      ++i_;
      const bool joins = i_ + 1 < text_.size() && (text_[i_] == '.' || text_[i_] == ',') &&
                         is_digit(text_[i_ + 1]);
      if (joins) ++i_;
    }
    // "3rd", "5f1c": a word that begins with digits; "12k" is a number.
    if (i_ < text_.size() && is_alpha(text_[i_])) {
      const char suffix = lower(text_[i_]);
      const bool ends = i_ + 1 == text_.size() || !is_alpha(text_[i_ + 1]);
      if (!ends || (suffix != 'k' && suffix != 'm' && suffix != 'h' && suffix != 'd')) {
        return read_word(begin);
      }
      if (suffix == 'k') ++i_;
    }
    tokens_.push_back({TokenKind::number, std::string(text_.substr(begin, i_ - begin))});
  }

  void read_word() { read_word(i_); }

  void read_word(std::size_t begin) {
    while (i_ < text_.size()) {
      const std::string_view character = character_at(text_, i_);
      const bool joiner = (character == "-" || character == "_") && i_ + 1 < text_.size() &&
                          (is_digit(text_[i_ + 1]) || is_alpha(text_[i_ + 1]));
      if (!joiner && !is_letter(character) && !is_digit(character[0])) break;
      i_ += character.size();
    }
    tokens_.push_back({TokenKind::word, lower(text_.substr(begin, i_ - begin))});
  }

  std::string_view text_;
  std::size_t i_ = 0;
  std::vector<Token> tokens_;
};

// Puts marks in the place of noisy tokens, pattern by pattern.
class Masker {
 public:
  explicit Masker(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  bool is_date_with_clock() const {
    bool day_or_clock = false;
    bool number = false;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind == TokenKind::number) {
        number = true;
        day_or_clock = day_or_clock || (text(i + 1) == ":" && is_number(i + 2));
      } else if (tokens_[i].kind == TokenKind::word) {
        const bool weekday = one_of(weekdays, tokens_[i].text);
        day_or_clock = day_or_clock || weekday;
        if (!weekday && !one_of(date_words, tokens_[i].text) && !is_ordinal(tokens_[i].text)) {
          return false;
        }
      }
    }
    return number && day_or_clock;
  }

  // One id and nothing else.
  bool is_bare_id() const {
    if (tokens_.size() != 1 || tokens_[0].kind != TokenKind::word) return false;
    const std::string& id = tokens_[0].text;
    return id.size() >= token_bytes_min && std::ranges::any_of(id, is_digit) &&
           std::ranges::any_of(id, is_alpha);
  }

  void mask_everything_that_counts() {
    for (Token& token : tokens_) {
      if (std::ranges::any_of(token.text, is_digit) || one_of(date_words, token.text) ||
          one_of(weekdays, token.text)) {
        token = {TokenKind::sign, "#"};
      }
    }
  }

  std::string masked() {
    std::string out;
    for (std::size_t i = 0; i < tokens_.size();) {
      const std::size_t taken = take(i, out);
      if (taken == 0) (out += tokens_[i].text) += ' ';
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

  static bool is_ordinal(std::string_view word) {
    return word.size() >= 3 && word.size() <= 4 && is_digit(word[0]) &&
           (word.ends_with("st") || word.ends_with("nd") || word.ends_with("rd") ||
            word.ends_with("th"));
  }

  // How many tokens from `i` on are noise, their mark put out; 0: none.
  std::size_t take(std::size_t i, std::string& out) {
    if (const std::size_t ago = time_ago(i); ago > 0) {
      out += "<ago> ";
      return ago;
    }
    if (is_number(i) && one_of(counted, text(i + 1))) {
      out += "<count> " + std::string(singular(text(i + 1))) + ' ';
      return 2;
    }
    if (is_number(i) && (one_of(counted_signs, text(i + 1)) || follows_counter(i))) {
      out += "<count> ";
      return 1;
    }
    if (is_number(i) && text(i).size() == 4 && follows_copyright(i)) {
      out += "<year> ";
      return 1;
    }
    return 0;
  }

  static std::string_view singular(std::string_view noun) {
    if (noun == "replies") return "reply";
    if (noun.ends_with('s')) noun.remove_suffix(1);
    return noun;
  }

  // "Views: 12", "阅读 (12)".
  bool follows_counter(std::size_t i) const {
    if (i == 0) return false;
    const bool sign = tokens_[i - 1].text == ":" || tokens_[i - 1].text == "(";
    if (i < (sign ? 2 : 1)) return false;
    const std::string& noun = tokens_[i - (sign ? 2 : 1)].text;
    return one_of(counted_signs, noun) || (sign && one_of(counted, noun));
  }

  // "© 2019–2026", "Copyright (c) 2026".
  bool follows_copyright(std::size_t i) const {
    for (std::size_t back = 1; back <= std::min<std::size_t>(i, 6); ++back) {
      const std::string& before = tokens_[i - back].text;
      if (before == "©" || before == "copyright") return true;
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
};

constexpr std::array<std::string_view, 22> tracking_parameters = {
    "fbclid", "gclid",     "msclkid",     "mc_cid", "mc_eid", "igshid", "sessionid", "session",
    "sid",    "phpsessid", "jsessionid",  "token",  "csrf",   "nonce",  "_ga",       "_gl",
    "ts",     "timestamp", "cachebuster", "rand",   "cb",     "spm"};

bool recognises_visitors(std::string_view parameter) {
  const std::string name = lower(parameter.substr(0, parameter.find('=')));
  return name.starts_with("utm_") || one_of(tracking_parameters, name);
}

}  // namespace

std::string without_noise(const Block& block, std::string_view above) {
  Masker masker(Tokenizer(block.text).read());
  const std::string text = lower(block.text);
  const bool own = mentions(lower(above), own_labels) || mentions(text, own_labels);
  if (!own && block.kind != BlockKind::heading) {
    if (masker.is_date_with_clock()) return "<today>";
    if (masker.is_bare_id()) return "<id>";
  }
  if (mentions(text, request_labels)) masker.mask_everything_that_counts();
  return masker.masked();
}

bool heads_teasers(std::string_view text) {
  if (text.size() > teaser_label_bytes_max) return false;
  const std::string label = lower(text);
  return std::ranges::any_of(teaser_labels,
                             [&](std::string_view known) { return label.starts_with(known); });
}

std::string lasting_address(std::string_view url) {
  const std::size_t fragment = url.find('#');
  const std::string_view mark = fragment == url.npos ? "" : "#";
  url = url.substr(0, fragment);
  const std::size_t query = url.find('?');
  std::string address(url.substr(0, query));
  // Servlets write the session into the path.
  address.resize(std::min(lower(address).find(";jsessionid="), address.size()));
  char separator = '?';
  for (std::string_view rest = query == url.npos ? "" : url.substr(query + 1); !rest.empty();) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
    if (recognises_visitors(parameter)) continue;
    (address += separator) += parameter;
    separator = '&';
  }
  return address += mark;
}

}  // namespace seekd::cache
