#include "daemon/standing/answer_book.h"

#include <algorithm>
#include <utility>

namespace seekd::daemon {

const std::vector<StandingAnswer>& AnswerBook::of(std::uint64_t watch) const {
  static const std::vector<StandingAnswer> none;
  const auto found = answers_.find(watch);
  return found == answers_.end() ? none : found->second;
}

bool AnswerBook::is_news(std::uint64_t watch, const StandingAnswer& answer) const {
  const auto& known = of(watch);
  return known.empty() || !says_the_same(known.back(), answer);
}

AnswerBook::Entered AnswerBook::enter(std::uint64_t watch, StandingAnswer answer) {
  if (!is_news(watch, answer)) {
    StandingAnswer& latest = answers_[watch].back();
    latest.cited = std::move(answer.cited);
    latest.confirmed_at = answer.at;
    return Entered::as_confirmation;
  }
  std::vector<StandingAnswer>& known = answers_[watch];
  known.push_back(std::move(answer));
  if (known.size() > answers_kept) known.erase(known.begin());
  return Entered::as_new;
}

std::size_t AnswerBook::pending() const {
  std::size_t count = 0;
  for (const auto& [watch, answers] : answers_) {
    for (const StandingAnswer& answer : answers) {
      if (answer.delivery.state == NoticeDelivery::State::pending) ++count;
    }
  }
  return count;
}

bool AnswerBook::set_delivery(std::uint64_t watch, std::uint64_t event, NoticeDelivery delivery) {
  const auto found = answers_.find(watch);
  if (found == answers_.end()) return false;
  const auto answer = std::ranges::find(found->second, event, &StandingAnswer::event);
  if (answer == found->second.end()) return false;
  answer->delivery = std::move(delivery);
  return true;
}

std::uint64_t AnswerBook::listen(Listener listener) {
  listeners_.emplace(++last_listener_, std::move(listener));
  return last_listener_;
}

// A listener may stop listening while it is told.
void AnswerBook::announce(std::uint64_t watch, const StandingAnswer& answer) const {
  const std::map<std::uint64_t, Listener> told = listeners_;
  for (const auto& [number, listener] : told) listener.on_answer(watch, answer);
}

void AnswerBook::close() {
  for (const auto& [number, listener] : std::exchange(listeners_, {})) listener.on_end();
}

}  // namespace seekd::daemon
