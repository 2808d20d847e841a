#include "daemon/finding/query_words.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

// Words of grammar, of asking and of politeness; those that say when are the date's
// (spoken_time.h).
constexpr auto empty_words = [] {
  auto words = std::to_array<std::string_view>({
      "a",       "about",     "am",       "an",        "and",    "any",     "anybody", "anyone",
      "are",     "as",        "at",       "be",        "been",   "briefly", "but",     "by",
      "can",     "could",     "current",  "currently", "did",    "do",      "does",    "doing",
      "exactly", "explain",   "find",     "for",       "from",   "get",     "give",    "had",
      "has",     "have",      "he",       "hello",     "help",   "her",     "hers",    "hey",
      "hi",      "him",       "his",      "how",       "i",      "if",      "in",      "into",
      "is",      "it",        "its",      "itself",    "just",   "kindly",  "know",    "latest",
      "let",     "like",      "ll",       "look",      "many",   "may",     "me",      "might",
      "much",    "must",      "my",       "need",      "newest", "now",     "of",      "ok",
      "okay",    "on",        "one",      "or",        "our",    "ours",    "please",  "re",
      "really",  "recent",    "recently", "s",         "search", "she",     "should",  "show",
      "so",      "some",      "tell",     "thank",     "thanks", "that",    "the",     "their",
      "theirs",  "them",      "then",     "there",     "these",  "they",    "this",    "those",
      "to",      "today",     "up",       "us",        "ve",     "very",    "want",    "was",
      "we",      "well",      "were",     "what",      "whats",  "when",    "where",   "whether",
      "which",   "who",       "whom",     "whose",     "why",    "will",    "wish",    "with",
      "wonder",  "wondering", "would",    "yesterday", "you",    "your",    "yours",
  });
  std::ranges::sort(words);
  return words;
}();

constexpr std::string_view backward_words[] = {
    "it",  "its", "itself", "they", "them",  "their", "theirs", "he",    "him", "his",
    "she", "her", "hers",   "that", "those", "these", "this",   "there", "one"};

constexpr std::string_view going_on[] = {"what about ", "how about ", "and what of ", "and for ",
                                         "and the ",    "what of ",   "and in "};

// Longest first: what is cut out of a run of Chinese is nobody's subject.
constexpr std::string_view empty_phrases[] = {
    "我想知道", "什么时候", "告诉我", "查一下", "搜一下", "是什么", "什么是", "是多少", "怎么样",
    "有哪些",   "多少钱",   "最新的", "请问",   "帮我",   "搜索",   "是谁",   "谁是",   "什么",
    "多少",     "哪些",     "哪个",   "哪里",   "怎么",   "最新",   "目前",   "现在",   "谢谢",
    "那个",     "这个",     "今天",   "昨天",   "的",     "它",     "是"};
constexpr std::string_view empty_beginnings[] = {"请", "那", "其", "该", "在", "他", "她"};
constexpr std::string_view empty_ends[] = {"吗", "呢", "吧", "啊", "了"};

constexpr std::string_view backward_phrases[] = {"它", "这个", "那个"};
constexpr std::string_view backward_beginnings[] = {"其", "他", "她", "该", "那它"};
constexpr std::string_view going_on_mark = "呢";

bool any_begins(std::span<const std::string_view> words, std::string_view text) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.starts_with(word); });
}

std::string with_blanks_for(std::string_view text, std::string_view phrase) {
  std::string out;
  for (std::size_t at = text.find(phrase); at != text.npos; at = text.find(phrase)) {
    out.append(text.substr(0, at)).append(" ");
    text.remove_prefix(at + phrase.size());
  }
  return out.append(text);
}

// Particles begin and end what is said; elsewhere they are parts of names (土耳其).
std::string without_particles(std::string_view run) {
  for (const std::string_view end : empty_ends) {
    if (run.ends_with(end)) run.remove_suffix(end.size());
  }
  std::string text(run);
  for (const std::string_view phrase : empty_phrases) text = with_blanks_for(text, phrase);
  for (const std::string_view begin : empty_beginnings) {
    if (text.starts_with(begin)) return text.substr(begin.size());
  }
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

bool is_unspaced(char32_t c) {
  if (c < 0x0E00) return false;  // Thai is the first of them
  UErrorCode error = U_ZERO_ERROR;
  return uscript_breaksBetweenLetters(uscript_getScript(static_cast<UChar32>(c), &error)) != 0;
}

// Within a word: "C++", "4.2", "gpt-4", "l'été", "R&D".
bool joins(char32_t c) {
  return c == '.' || c == '-' || c == '_' || c == '\'' || c == '+' || c == '#' || c == '&' ||
         c == '/' || c == '@' || c == 0x2019;
}

class WordReader {
 public:
  QueryWords read(std::string_view text) {
    const std::string plain = lower(text.substr(0, 64));
    const std::size_t begin = std::min(plain.find_first_not_of(" \n"), plain.size());
    found_.goes_on = any_begins(going_on, std::string_view(plain).substr(begin));
    while (!text.empty()) {
      const std::string_view all = text;
      const char32_t c = policy::take_code_point(text).value_or(U' ');
      take(c, all.substr(0, all.size() - text.size()));
    }
    end_word();
    end_run();
    return std::move(found_);
  }

 private:
  void take(char32_t c, std::string_view written) {
    if (is_unspaced(c)) {
      end_word();
      run_ += written;
      return;
    }
    end_run();
    const bool letter = u_isalnum(static_cast<UChar32>(c)) != 0 ||
                        u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK;
    if (letter || (joins(c) && !word_.empty())) {
      word_ += written;
    } else {
      end_word();
      if (c == '.' || c == '?' || c == '!' || c == '\n') at_sentence_start_ = true;
    }
  }

  void end_word() {
    while (!word_.empty() && std::string_view(".-_'&/@").contains(word_.back())) word_.pop_back();
    if (word_.empty()) return;
    std::string word = std::exchange(word_, {});
    const bool first = std::exchange(at_sentence_start_, false);
    std::string plain = lower(word);
    if (plain.size() > 2 && plain.ends_with("'s")) {  // "what's", "Kestrel's"
      plain.resize(plain.size() - 2);
      word.resize(plain.size());
    }
    if (std::ranges::find(backward_words, plain) != std::end(backward_words)) {
      found_.refers_back = true;
    }
    const bool acronym = word.size() > 1 && word == upper(word) && word != plain;
    if (std::ranges::binary_search(empty_words, plain) && !(acronym && plain != "i")) return;
    const bool digits = std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    const bool capital = word.front() >= 'A' && word.front() <= 'Z' && (!first || acronym);
    found_.words.push_back(
        {std::move(word), digits || capital ? QueryWord::Kind::name : QueryWord::Kind::plain});
  }

  static std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    return out;
  }

  void end_run() {
    if (run_.empty()) return;
    std::string run = std::exchange(run_, {});
    const bool spoken_of = std::ranges::any_of(
        backward_phrases, [&](std::string_view phrase) { return run.contains(phrase); });
    found_.refers_back |= spoken_of || any_begins(backward_beginnings, run);
    found_.goes_on |= run.ends_with(going_on_mark);
    run = without_particles(run);
    for (std::size_t at = 0; at < run.size();) {
      const std::size_t end = std::min(run.find(' ', at), run.size());
      if (end > at) found_.words.push_back({run.substr(at, end - at), QueryWord::Kind::han});
      at = end + 1;
    }
  }

  QueryWords found_;
  std::string word_;
  std::string run_;
  bool at_sentence_start_ = true;
};

}  // namespace

QueryWords query_words(std::string_view question) {
  return WordReader().read(question);
}

bool holds_han(std::string_view text) {
  while (!text.empty()) {
    if (is_unspaced(policy::take_code_point(text).value_or(U' '))) return true;
  }
  return false;
}

}  // namespace seekd::daemon
