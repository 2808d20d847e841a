#include "daemon/answer/word_lists.h"

#include <algorithm>
#include <array>
#include <utility>

namespace seekd::daemon {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array function_words{
    "a"sv,      "about"sv,  "above"sv, "after"sv,   "again"sv,   "all"sv,   "also"sv,  "am"sv,
    "an"sv,     "and"sv,    "any"sv,   "are"sv,     "as"sv,      "at"sv,    "be"sv,    "because"sv,
    "been"sv,   "before"sv, "being"sv, "below"sv,   "between"sv, "both"sv,  "but"sv,   "by"sv,
    "can"sv,    "could"sv,  "did"sv,   "do"sv,      "does"sv,    "doing"sv, "down"sv,  "during"sv,
    "each"sv,   "few"sv,    "for"sv,   "from"sv,    "further"sv, "had"sv,   "has"sv,   "have"sv,
    "having"sv, "he"sv,     "her"sv,   "here"sv,    "him"sv,     "his"sv,   "how"sv,   "however"sv,
    "i"sv,      "if"sv,     "in"sv,    "into"sv,    "is"sv,      "it"sv,    "its"sv,   "just"sv,
    "may"sv,    "me"sv,     "might"sv, "more"sv,    "most"sv,    "must"sv,  "my"sv,    "of"sv,
    "off"sv,    "on"sv,     "one"sv,   "only"sv,    "or"sv,      "other"sv, "our"sv,   "out"sv,
    "over"sv,   "own"sv,    "same"sv,  "she"sv,     "should"sv,  "so"sv,    "some"sv,  "such"sv,
    "than"sv,   "that"sv,   "the"sv,   "their"sv,   "them"sv,    "then"sv,  "there"sv, "these"sv,
    "they"sv,   "this"sv,   "those"sv, "through"sv, "to"sv,      "too"sv,   "under"sv, "until"sv,
    "up"sv,     "very"sv,   "was"sv,   "we"sv,      "were"sv,    "what"sv,  "when"sv,  "where"sv,
    "which"sv,  "while"sv,  "who"sv,   "whom"sv,    "whose"sv,   "why"sv,   "will"sv,  "with"sv,
    "would"sv,  "yes"sv,    "you"sv,   "your"sv,
};
static_assert(std::ranges::is_sorted(function_words));

constexpr std::array negations{"cannot"sv, "hardly"sv, "neither"sv, "never"sv, "no"sv,
                               "nobody"sv, "none"sv,   "nor"sv,     "not"sv,   "nothing"sv,
                               "rarely"sv, "seldom"sv, "without"sv};

constexpr std::array back_references{"he"sv,    "it"sv,   "its"sv,  "she"sv,   "that"sv, "their"sv,
                                     "these"sv, "they"sv, "this"sv, "those"sv, "它"sv,   "他"sv,
                                     "她"sv,    "其"sv,   "这"sv,   "该"sv};

constexpr std::array conditions{"except"sv, "if"sv, "unless"sv, "until"sv};

constexpr std::array qualifiers{"above"sv, "after"sv,  "all"sv,    "before"sv, "below"sv, "both"sv,
                                "can"sv,   "could"sv,  "during"sv, "each"sv,   "few"sv,   "may"sv,
                                "might"sv, "more"sv,   "most"sv,   "must"sv,   "off"sv,   "only"sv,
                                "over"sv,  "should"sv, "some"sv,   "than"sv,   "under"sv, "until"sv,
                                "up"sv,    "down"sv};

// Stemmed (stem.h).
constexpr std::array<std::pair<std::string_view, std::string_view>, 102> opposites{{
    {"accept", "reject"},
    {"activ", "inactiv"},
    {"add", "remov"},
    {"allow", "block"},
    {"allow", "deny"},
    {"allow", "forbid"},
    {"always", "sometime"},
    {"begin", "end"},
    {"better", "worse"},
    {"big", "small"},
    {"buy", "sell"},
    {"cheap", "expensiv"},
    {"cold", "hot"},
    {"connect", "disconnect"},
    {"decreas", "increas"},
    {"disabl", "enabl"},
    {"down", "up"},
    {"download", "upload"},
    {"early", "late"},
    {"earlier", "later"},
    {"east", "west"},
    {"empty", "full"},
    {"exclud", "includ"},
    {"export", "import"},
    {"external", "internal"},
    {"fail", "pass"},
    {"fail", "succe"},
    {"fall", "ris"},
    {"fals", "tru"},
    {"fast", "slow"},
    {"female", "male"},
    {"few", "many"},
    {"fewer", "more"},
    {"first", "last"},
    {"gain", "los"},
    {"hard", "soft"},
    {"high", "low"},
    {"higher", "lower"},
    {"input", "output"},
    {"install", "uninstall"},
    {"larg", "small"},
    {"larger", "smaller"},
    {"left", "right"},
    {"least", "most"},
    {"less", "more"},
    {"local", "remot"},
    {"lock", "unlock"},
    {"long", "short"},
    {"longer", "shorter"},
    {"mandatory", "optional"},
    {"maximum", "minimum"},
    {"new", "old"},
    {"newer", "older"},
    {"north", "south"},
    {"off", "on"},
    {"offlin", "onlin"},
    {"open", "clos"},
    {"permit", "deny"},
    {"privat", "public"},
    {"read", "writ"},
    {"receiv", "send"},
    {"requir", "optional"},
    {"risen", "fallen"},
    {"start", "stop"},
    {"strong", "weak"},
    {"thick", "thin"},
    {"win", "los"},
    {"young", "old"},
    {"after", "before"},
    {"above", "below"},
    {"over", "under"},
    {"all", "some"},
    {"all", "few"},
    {"must", "may"},
    {"启", "禁"},
    {"开", "关"},
    {"允", "禁"},
    {"允", "拒"},
    {"增", "减"},
    {"前", "后"},
    {"上", "下"},
    {"高", "低"},
    {"真", "假"},
    {"内", "外"},
    {"入", "出"},
    {"左", "右"},
    {"快", "慢"},
    {"新", "旧"},
    {"多", "少"},
    {"装", "卸"},
    {"添", "删"},
    {"发", "收"},
    {"大", "小"},
    {"长", "短"},
    {"强", "弱"},
    {"胜", "败"},
    {"买", "卖"},
    {"升", "降"},
    {"先", "后"},
    {"早", "晚"},
    {"东", "西"},
    {"南", "北"},
}};

constexpr std::array opposing_prefixes{"dis"sv, "il"sv, "im"sv, "in"sv, "ir"sv, "non"sv, "un"sv};
constexpr std::size_t prefixed_bytes_min = 4;  // "in-" + "to" is no negation

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> number_words{
    {{"two", "2"},
     {"three", "3"},
     {"four", "4"},
     {"five", "5"},
     {"six", "6"},
     {"seven", "7"},
     {"eight", "8"},
     {"nine", "9"},
     {"ten", "10"},
     {"eleven", "11"},
     {"twelve", "12"},
     {"hundred", "hundred"},
     {"thousand", "thousand"},
     {"million", "million"},
     {"billion", "billion"}}};

constexpr std::u32string_view function_ideographs =
    U"的了是在和与及或也就而之其这那有为于个一以着过地得它他她该由";
constexpr std::u32string_view negation_ideographs = U"不没未非无勿否";
constexpr std::array condition_words{U"如果"sv, U"假如"sv, U"除非"sv,
                                     U"除了"sv, U"若是"sv, U"直到"sv};
constexpr std::u32string_view numeral_ideographs = U"〇零一二三四五六七八九十百千万亿两";

}  // namespace

bool is_function_word(std::string_view word) {
  return std::ranges::binary_search(function_words, word);
}

bool is_negation(std::string_view word) {
  return std::ranges::find(negations, word) != negations.end();
}

bool is_condition(std::string_view word) {
  return std::ranges::find(conditions, word) != conditions.end();
}

bool is_qualifier(std::string_view word) {
  return std::ranges::find(qualifiers, word) != qualifiers.end();
}

bool is_back_reference(std::string_view token) {
  return std::ranges::find(back_references, token) != back_references.end();
}

std::vector<std::string> opposites_of(std::string_view token) {
  std::vector<std::string> found;
  for (const auto& [one, other] : opposites) {
    if (one == token) found.emplace_back(other);
    if (other == token) found.emplace_back(one);
  }
  for (const std::string_view prefix : opposing_prefixes) {
    if (token.size() >= prefixed_bytes_min)
      found.push_back(std::string(prefix) + std::string(token));
    if (token.starts_with(prefix) && token.size() >= prefix.size() + prefixed_bytes_min) {
      found.emplace_back(token.substr(prefix.size()));
    }
  }
  return found;
}

std::optional<std::string_view> number_of_word(std::string_view word) {
  for (const auto& [name, number] : number_words) {
    if (name == word) return number;
  }
  return std::nullopt;
}

bool is_function_ideograph(char32_t character) {
  return function_ideographs.contains(character);
}

bool is_negation_ideograph(char32_t character) {
  return negation_ideographs.contains(character);
}

bool holds_condition(std::u32string_view run) {
  return std::ranges::any_of(condition_words, [&](auto word) { return run.contains(word); });
}

std::optional<std::string> number_of_numerals(std::u32string_view run) {
  constexpr std::u32string_view digits = U"〇一二三四五六七八九";
  constexpr std::array<std::pair<char32_t, std::uint64_t>, 3> small{
      {{U'十', 10}, {U'百', 100}, {U'千', 1000}}};
  constexpr std::array<std::pair<char32_t, std::uint64_t>, 2> large{
      {{U'万', 10'000}, {U'亿', 100'000'000}}};
  constexpr std::size_t length_max = 12;
  if (run.empty() || run.size() > length_max || run == U"一") return std::nullopt;
  std::uint64_t all = 0;
  std::uint64_t section = 0;  // below the next 万 or 亿
  std::uint64_t digit = 0;
  for (std::size_t at = 0; at < run.size(); ++at) {
    const char32_t c = run[at] == U'零' ? U'〇' : run[at] == U'两' ? U'二' : run[at];
    const std::size_t value = digits.find(c);
    if (value != std::u32string_view::npos) {
      digit = digit * 10 + value;
      continue;
    }
    for (const auto& [unit, factor] : small) {
      if (unit == c) section += (digit == 0 ? 1 : digit) * factor;
    }
    for (const auto& [unit, factor] : large) {
      if (unit != c) continue;
      const std::uint64_t before = section + digit;
      if (before == 0) return std::nullopt;  // 万 alone is "ten thousand things"
      all = (all + before) * factor;
      section = 0;
    }
    digit = 0;
  }
  return std::to_string(all + section + digit);
}

bool is_numeral_ideograph(char32_t character) {
  return numeral_ideographs.contains(character);
}

}  // namespace seekd::daemon
