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

}  // namespace

std::string ungrounded_preface(const Notice& notice, Language language) {
  return language == Language::chinese ? chinese(notice) : english(notice);
}

}  // namespace seekd::daemon
