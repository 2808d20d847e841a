// AnswerBook: the latest answers to all standing questions, and who reads along.
//
// One thread. Knows neither the cache nor the web: what it holds is kept by its owner.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "daemon/standing/standing_answer.h"

namespace seekd::daemon {

class AnswerBook {
 public:
  using Answers = std::map<std::uint64_t, std::vector<StandingAnswer>>;  // by watch, latest last
  struct Listener {
    std::function<void(std::uint64_t watch, const StandingAnswer&)> on_answer;
    std::function<void()> on_end;  // nothing more comes; called once, unless it stopped before
  };

  AnswerBook() = default;
  explicit AnswerBook(Answers answers) : answers_(std::move(answers)) {}

  // Empty where there is none. Valid until the next change.
  const std::vector<StandingAnswer>& of(std::uint64_t watch) const;
  const Answers& all() const { return answers_; }

  // Its number is put in by the caller, where it says something new; else it confirms the latest:
  // the pages as they are now, and no new event.
  enum class Entered : std::uint8_t { as_new, as_confirmation };
  bool is_news(std::uint64_t watch, const StandingAnswer& answer) const;
  Entered enter(std::uint64_t watch, StandingAnswer answer);

  // Notices that are still to be delivered.
  std::size_t pending() const;

  void erase(std::uint64_t watch) { answers_.erase(watch); }

  // False: there is no such answer any more.
  bool set_delivery(std::uint64_t watch, std::uint64_t event, NoticeDelivery delivery);

  // `listener` is told what announce() is called with from now on, until close().
  std::uint64_t listen(Listener listener);
  void stop_listening(std::uint64_t number) { listeners_.erase(number); }
  void announce(std::uint64_t watch, const StandingAnswer& answer) const;
  void close();

 private:
  Answers answers_;
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t last_listener_ = 0;
};

}  // namespace seekd::daemon
