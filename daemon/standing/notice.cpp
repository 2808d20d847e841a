#include "daemon/standing/notice.h"

#include <boost/json.hpp>

#include "daemon/time_text.h"
#include "policy/page_text_guard.h"
#include "policy/webhook.h"

namespace seekd::daemon {

namespace json = boost::json;

json::object notice_json(const Watch& watch, const StandingAnswer& answer) {
  json::array citations;
  for (const CitedPage& page : answer.cited) {
    citations.push_back({{"url", page.url},
                         {"title", page.title},
                         {"snapshot_hash", page.snapshot_hash},
                         {"version", page.version}});
  }
  json::array changed;
  for (const ChangedPage& page : answer.changed) {
    changed.push_back({{"url", page.url},
                       {"version_before", page.version_before},
                       {"version", page.version == 0 ? json::value() : json::value(page.version)}});
  }
  return {{"event", answer.event},
          {"watch", watch.id},
          {"question", watch.question->text},
          {"at", format_time(answer.at)},
          {"confirmed_at", format_time(answer.confirmed_at)},
          {"answer", answer.content},
          {"citations", std::move(citations)},
          {"changed", std::move(changed)}};
}

std::string notice_text(const Watch& watch, const StandingAnswer& answer) {
  json::object notice = notice_json(watch, answer);
  std::string text = json::serialize(notice);
  for (std::string content = answer.content;
       text.size() > policy::notice_bytes_max && !content.empty();) {
    // visible_text: half of a character is none.
    content = policy::visible_text(std::string_view(content).substr(0, content.size() / 2));
    notice["answer"] = content;
    notice["answer_cut"] = true;
    text = json::serialize(notice);
  }
  return text;
}

}  // namespace seekd::daemon
