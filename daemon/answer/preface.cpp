#include "daemon/answer/preface.h"

#include "daemon/time_text.h"

namespace seekd::daemon {
namespace {

std::string month_of(TimePoint time) {
  constexpr std::size_t month_bytes = 7;  // "2024-06"
  return format_time(time).substr(0, month_bytes);
}

// How old the model's own knowledge is; "" where that is not known.
std::string age_of_model(Language language, Cutoff cutoff) {
  if (!cutoff) return {};
  switch (language) {
    case Language::chinese:
      return "（其知识截至 " + month_of(*cutoff) + "）";
    case Language::japanese:
      return "（知識は " + month_of(*cutoff) + " まで）";
    case Language::english:
      break;
  }
  return ", whose knowledge ends in " + month_of(*cutoff);
}

std::string what_was_not_read(const Notice& notice, Language language) {
  const bool named = !notice.url.empty();
  switch (language) {
    case Language::chinese:
      return named ? "无法读取 " + notice.url + " " : "没有找到可读的网页";
    case Language::japanese:
      return named ? notice.url + " を読めませんでした" : "読めるページが見つかりませんでした";
    case Language::english:
      break;
  }
  return named ? "I could not read " + notice.url : "I found nothing to read";
}

}  // namespace

std::string ungrounded_preface(const Notice& notice, Language language, Cutoff cutoff) {
  const std::string what = what_was_not_read(notice, language);
  const std::string age = age_of_model(language, cutoff);
  switch (language) {
    case Language::chinese:
      return what + "：" + notice.message + "（" + notice.code + "）。以下回答仅来自模型本身" +
             age + "。\n\n";
    case Language::japanese:
      return what + "：" + notice.message + "（" + notice.code + "）。以下の回答はモデルだけ" +
             age + "によるものです。\n\n";
    case Language::english:
      break;
  }
  return what + ": " + notice.message + " (" + notice.code +
         "). This answer comes from the model alone" + age + ".\n\n";
}

std::string unsupported_note(Language language, Cutoff cutoff) {
  const std::string age = age_of_model(language, cutoff);
  switch (language) {
    case Language::chinese:
      return "\n\n（读到的网页都不支持以上内容：它仅来自模型本身" + age + "。）";
    case Language::japanese:
      return "\n\n（読んだページに裏付けはありません。以上はモデルだけ" + age +
             "によるものです。）";
    case Language::english:
      break;
  }
  return "\n\n(No page that was read supports this: it comes from the model alone" + age + ".)";
}

Notice model_alone(Cutoff cutoff) {
  return {"model_alone", "",
          "no page supports the answer: it comes from the model alone" +
              age_of_model(Language::english, cutoff)};
}

Error no_sources(std::span<const Notice> notices) {
  std::string message = "no page that could be read supports an answer (require_sources)";
  for (const Notice& notice : notices) {
    message += "; " + notice.code + ": " + (notice.url.empty() ? "" : notice.url + " ");
    message += notice.message;
  }
  return {ErrorCode::not_found, std::move(message)};
}

}  // namespace seekd::daemon
