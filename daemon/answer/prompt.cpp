#include "daemon/answer/prompt.h"

#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <cassert>

#include "daemon/time_text.h"
#include "policy/page_text_guard.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t marker_bytes_min = 16;

struct Wording {
  std::string_view before;       // the passages
  std::string_view date;         // what today's date follows
  std::string_view instruction;  // after the passages, before the question
};

// Short, and the question last: the smallest models follow the end of a prompt best.
constexpr Wording english{
    .before = "Pages from the web. Each begins and ends with ",
    .date = "Today is ",
    .instruction = "Answer in one short sentence, with the facts from the pages above.\nQuestion: ",
};
constexpr Wording chinese{
    .before = "以下是网页内容，每页以此标记开始和结束：",
    .date = "今天是 ",
    .instruction = "请根据以上网页，用一句话回答。\n问题：",
};

std::string without(std::string text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part)) {
    text.erase(at, part.size());
  }
  return text;
}

std::string guarded(std::string_view text, std::string_view marker) {
  return without(policy::visible_text(text), marker);
}

// Titles and headings share the line of their marker, and so hold no line break.
std::string guarded_line(std::string_view text, std::string_view marker) {
  std::string line = guarded(text, marker);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

std::string passage_block(const Passage& passage, std::size_t number, std::string_view marker) {
  std::string block = std::string(marker) + " [" + std::to_string(number) + "] ";
  block += guarded_line(passage.title, marker);
  if (!passage.heading_path.empty()) block += " > " + guarded_line(passage.heading_path, marker);
  block += "\n" + guarded(passage.text, marker) + "\n";
  return block;
}

}  // namespace

Language language_of(std::string_view text) {
  bool han = false;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::int32_t at = 0; at < static_cast<std::int32_t>(text.size());) {
    UChar32 value = 0;
    U8_NEXT_OR_FFFD(bytes, at, static_cast<std::int32_t>(text.size()), value);
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(value, &status);
    if (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA || script == USCRIPT_HANGUL) {
      return Language::english;
    }
    han = han || script == USCRIPT_HAN;
  }
  return han ? Language::chinese : Language::english;
}

std::vector<model::Message> build_prompt(std::span<const model::Message> messages,
                                         std::span<const Passage> passages, std::string_view marker,
                                         TimePoint now) {
  assert(!messages.empty());
  assert(marker.size() >= marker_bytes_min);
  std::vector<model::Message> prompt(messages.begin(), messages.end());
  if (passages.empty()) return prompt;
  std::string& question = prompt.back().content;
  const Wording& wording = language_of(question) == Language::chinese ? chinese : english;
  std::string text = std::string(wording.before) + std::string(marker) + "\n";
  for (std::size_t index = 0; index < passages.size(); ++index) {
    text += passage_block(passages[index], index + 1, marker);
  }
  text += std::string(marker) + "\n\n";
  text += std::string(wording.date) + format_time(now).substr(0, 10) + ". ";
  text += std::string(wording.instruction) + question;
  question = std::move(text);
  return prompt;
}

}  // namespace seekd::daemon
