#include "daemon/answer/preface.h"

namespace seekd::daemon {
namespace {

std::string english(const Notice& notice) {
  const std::string what =
      notice.url.empty() ? "I found nothing to read" : "I could not read " + notice.url;
  return what + ": " + notice.message + " (" + notice.code +
         "). This answer comes from the model alone.\n\n";
}

std::string chinese(const Notice& notice) {
  const std::string what =
      notice.url.empty() ? "没有找到可读的网页" : "无法读取 " + notice.url + " ";
  return what + "：" + notice.message + "（" + notice.code + "）。以下回答仅来自模型本身。\n\n";
}

std::string japanese(const Notice& notice) {
  const std::string what = notice.url.empty() ? "読めるページが見つかりませんでした"
                                              : notice.url + " を読めませんでした";
  return what + "：" + notice.message + "（" + notice.code +
         "）。以下の回答はモデルだけによるものです。\n\n";
}

}  // namespace

std::string ungrounded_preface(const Notice& notice, Language language) {
  switch (language) {
    case Language::chinese:
      return chinese(notice);
    case Language::japanese:
      return japanese(notice);
    case Language::english:
      break;
  }
  return english(notice);
}

std::string unsupported_note(Language language) {
  if (language == Language::chinese)
    return "\n\n（读到的网页都不支持以上内容：它仅来自模型本身。）";
  return "\n\n(No page that was read supports this: it comes from the model alone.)";
}

Notice model_alone() {
  return {"model_alone", "", "no page supports the answer: it comes from the model alone"};
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
