#include "daemon/standing/standing_answer.h"

#include <set>
#include <string>

namespace seekd::daemon {
namespace {

std::string one_spaced(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space && gap && !out.empty()) out += ' ';
    if (!space) out += c;
    gap = space;
  }
  return out;
}

std::set<std::string_view> urls_of(const StandingAnswer& answer) {
  std::set<std::string_view> urls;
  for (const CitedPage& page : answer.cited) urls.insert(page.url);
  return urls;
}

}  // namespace

std::string_view to_string(NoticeDelivery::State state) {
  switch (state) {
    case NoticeDelivery::State::none:
      return "none";
    case NoticeDelivery::State::pending:
      return "pending";
    case NoticeDelivery::State::delivered:
      return "delivered";
    case NoticeDelivery::State::given_up:
      return "given_up";
  }
  return "none";
}

bool says_the_same(const StandingAnswer& one, const StandingAnswer& other) {
  return one_spaced(one.content) == one_spaced(other.content) && urls_of(one) == urls_of(other);
}

}  // namespace seekd::daemon
