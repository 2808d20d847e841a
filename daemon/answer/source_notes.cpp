#include "daemon/answer/source_notes.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "daemon/time_text.h"
#include "policy/page_date.h"

namespace seekd::daemon {
namespace {

using std::chrono::days;

enum class Unit : std::uint8_t { day, week, month, year };

// As people say it: 13 days, 8 weeks, 23 months.
std::pair<std::int64_t, Unit> in_words(days age) {
  constexpr std::int64_t week = 7;
  constexpr std::int64_t month = 30;
  constexpr std::int64_t year = 365;
  const std::int64_t count = age.count();
  if (count < 2 * week) return {count, Unit::day};
  if (count < 2 * month) return {count / week, Unit::week};
  if (count < 2 * year) return {count / month, Unit::month};
  return {count / year, Unit::year};
}

std::string amount(days age, Language language) {
  const auto [count, unit] = in_words(age);
  constexpr std::array<std::string_view, 4> english{" day", " week", " month", " year"};
  constexpr std::array<std::string_view, 4> chinese{" 天", " 周", " 个月", " 年"};
  constexpr std::array<std::string_view, 4> japanese{"日", "週間", "か月", "年"};
  const auto at = static_cast<std::size_t>(unit);
  const std::string number = std::to_string(count);
  if (language == Language::chinese) return number + std::string(chinese[at]);
  if (language == Language::japanese) return number + std::string(japanese[at]);
  return number + std::string(english[at]) + (count == 1 ? "" : "s");
}

std::string dated(days age, Language language) {
  const bool today = age <= days(0);
  switch (language) {
    case Language::chinese:
      return today ? "是今天的" : "是 " + amount(age, language) + "前的";
    case Language::japanese:
      return today ? "は今日のもの" : "は" + amount(age, language) + "前のもの";
    case Language::english:
      break;
  }
  return today ? "is of today" : "is " + amount(age, language) + " old";
}

std::string undated(days age, Language language) {
  const bool today = age <= days(0);
  switch (language) {
    case Language::chinese:
      return "没有日期，" + (today ? "今天" : " " + amount(age, language) + "前") + "读取";
    case Language::japanese:
      return "は日付がなく、" + (today ? "今日" : amount(age, language) + "前に") + "読まれた";
    case Language::english:
      break;
  }
  return "has no date and was read " + (today ? "today" : amount(age, language) + " ago");
}

std::string_view full_stop(Language language) {
  return language == Language::english ? ". " : "。";
}

std::string number_of(std::size_t passage) {
  return "[" + std::to_string(passage + 1) + "]";
}

// The numbers of a page's passages, which stand together.
std::string numbers_of(std::span<const Passage> passages, std::size_t first) {
  std::string numbers = number_of(first);
  for (std::size_t at = first + 1; at < passages.size(); ++at) {
    if (passages[at].url != passages[first].url) break;
    numbers += number_of(at);
  }
  return numbers;
}

}  // namespace

std::string today(Language language, const PromptTime& time) {
  constexpr std::array<std::string_view, 3> words{"Today is ", "今天是 ", "今日は "};
  constexpr std::array<std::string_view, 3> then{"The pages are as they were on ", "网页内容截至 ",
                                                 "ページの内容の時点は "};
  const auto at = static_cast<std::size_t>(language);
  const std::string end(full_stop(language));
  std::string text = std::string(words[at]) + format_day(time.now) + end;
  if (time.as_of) text += std::string(then[at]) + format_day(*time.as_of) + end;
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string source_ages(std::span<const Passage> passages, Language language,
                        const PromptTime& time) {
  const auto day = std::chrono::floor<days>(time.now);
  std::string text;
  for (std::size_t at = 0; at < passages.size(); ++at) {
    const Passage& passage = passages[at];
    if (at > 0 && passages[at - 1].url == passage.url) continue;
    const auto page = policy::day_of_page(passage.published, passage.modified);
    text += " " + numbers_of(passages, at) + " ";
    text += page ? dated(day - *page, language)
                 : undated(day - std::chrono::floor<days>(passage.retrieved_at), language);
    text += full_stop(language);
    if (text.ends_with(' ')) text.pop_back();
  }
  return text.empty() ? text : text.substr(1);
}

std::string source_differences(std::span<const Disagreement> disagreements, Language language) {
  std::string text;
  for (const Disagreement& disagreement : disagreements) {
    const std::string one = number_of(disagreement.older.passage);
    const std::string other = number_of(disagreement.newer.passage);
    if (!text.empty()) text += ' ';
    switch (language) {
      case Language::chinese:
        text.append(one).append(" 与 ").append(other).append(" 不一致");
        text += disagreement.ordered ? "，" + other + " 较新。" : "。";
        break;
      case Language::japanese:
        text.append(one).append(" と ").append(other).append(" は食い違っている。");
        if (disagreement.ordered) text.append(other).append(" の方が新しい。");
        break;
      case Language::english:
        text.append(one).append(" and ").append(other).append(" differ");
        text += disagreement.ordered ? "; " + other + " is newer." : ".";
        break;
    }
  }
  return text;
}

}  // namespace seekd::daemon
