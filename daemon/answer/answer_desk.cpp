#include "daemon/answer/answer_desk.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "daemon/answer/kept_answer_check.h"
#include "daemon/answer/question_key.h"
#include "daemon/services.h"

namespace seekd::daemon {
namespace {

using Clock = std::chrono::steady_clock;

void append(model::TextDelta& text, const model::TextDelta& delta) {
  text.content += delta.content;
  text.reasoning += delta.reasoning;
  text.tokens.insert(text.tokens.end(), delta.tokens.begin(), delta.tokens.end());
}

bool is_empty(const model::TextDelta& text) {
  return text.content.empty() && text.reasoning.empty();
}

}  // namespace

// A question that is being answered, and all who ask it.
class AnswerDesk::Asking final : public std::enable_shared_from_this<Asking> {
 public:
  Asking(AnswerDesk& desk, Services& services, Question question, std::string key)
      : desk_(desk),
        services_(services),
        question_(std::move(question)),
        key_(std::move(key)),
        begun_at_(Clock::now()) {}

  // Who accepts no page older than so does not join what was read before.
  bool serves(const Question& asked) const {
    return !asked.max_age || begun_at_ >= Clock::now() - *asked.max_age;
  }

  std::uint64_t join(AnswerFlow::Listener listener) {
    listeners_.push_back({++last_number_, std::move(listener)});
    if (last_number_ == 1) return last_number_;
    services_.metrics.answer_given_again(AnswerOrigin::shared);
    // Posted, so that the asker holds his seat before anything comes of it.
    boost::asio::post(services_.executor, [self = shared_from_this(), number = last_number_] {
      self->tell_so_far(number);
    });
    return last_number_;
  }

  void answer() {
    const auto kept = key_.empty() ? nullptr : desk_.cache_.find(key_);
    if (!kept) return begin();
    check_kept_answer(services_, kept,
                      {question_.reach, question_.budget.fetches, begun_at_, question_.trace_id},
                      [self = shared_from_this()](const std::shared_ptr<Answer>& answer) {
                        if (answer) return self->give_again(std::move(*answer));
                        self->services_.metrics.kept_answer_ended();
                        self->desk_.cache_.take_out(self->key_);
                        if (!self->listeners_.empty()) self->begin();
                      });
  }

  void leave(std::uint64_t number) {
    const auto left = std::ranges::find(listeners_, number, &Place::number);
    if (left == listeners_.end()) return;
    if (listeners_.size() == 1) {
      close();
      if (flow_) return flow_->cancel();
    }
    boost::asio::post(services_.executor, [listener = std::move(left->listener)] {
      listener.on_done(fail(ErrorCode::cancelled, "the caller took the question back"));
    });
    listeners_.erase(left);
  }

 private:
  struct Place {
    std::uint64_t number = 0;
    AnswerFlow::Listener listener;
    bool told = false;  // what came before he did
  };

  void begin() {
    const auto self = shared_from_this();
    flow_ = AnswerFlow::start(
        services_, question_,
        {.on_text = [self](const model::TextDelta& delta) { self->tell_text(delta); },
         .on_step = [self](const TraceStep& step) { self->tell_step(step); },
         .on_done = [self](Result<Answer> answer) { self->end(std::move(answer)); }});
  }

  void give_again(Answer answer) {
    services_.metrics.answer_given_again(AnswerOrigin::kept);
    answer.origin = AnswerOrigin::kept;
    const std::size_t revalidated = answer.usage.pages_fetched;
    answer.usage = usage_given_again(answer.usage);
    answer.usage.pages_fetched = revalidated;
    TraceStep step = trace_step(TraceStep::Kind::cached, "", "its pages are as they were");
    step.at = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_at_);
    tell_step(step);
    answer.trace.push_back(std::move(step));
    tell_text({answer.content, answer.reasoning, answer.tokens});
    tell_end(answer);
  }

  void tell_so_far(std::uint64_t number) {
    const auto place = std::ranges::find(listeners_, number, &Place::number);
    if (place == listeners_.end()) return;
    place->told = true;
    place->listener.on_step(
        trace_step(TraceStep::Kind::shared, "", "another asker's answer to the same question"));
    if (!is_empty(text_)) place->listener.on_text(text_);
  }

  // The first asker's place is told everything, the others' what comes after what they were told.
  bool listens(const Place& place) const { return place.told || place.number == 1; }

  void tell_text(const model::TextDelta& delta) {
    append(text_, delta);
    for (const Place& place : listeners_) {
      if (listens(place)) place.listener.on_text(delta);
    }
  }

  void tell_step(const TraceStep& step) {
    for (const Place& place : listeners_) {
      if (listens(place)) place.listener.on_step(step);
    }
  }

  void end(Result<Answer> answer) {
    flow_ = nullptr;
    if (answer && !key_.empty() && may_be_kept(*answer, question_)) {
      desk_.cache_.keep(key_, *answer);
    }
    tell_end(std::move(answer));
  }

  void tell_end(Result<Answer> answer) {
    close();
    for (const Place& place : listeners_) {
      if (!listens(place)) tell_so_far(place.number);
    }
    for (const Place& place : std::exchange(listeners_, {})) {
      place.listener.on_done(answer);
      if (!answer || answer->origin == AnswerOrigin::shared) continue;
      // A kept one whose pages were asked for again was so for the first.
      if (answer->origin == AnswerOrigin::computed) answer->origin = AnswerOrigin::shared;
      answer->usage = usage_given_again(answer->usage);
    }
  }

  void close() {
    const auto found = desk_.askings_.find(key_);
    if (found != desk_.askings_.end() && found->second.get() == this) desk_.askings_.erase(found);
  }

  AnswerDesk& desk_;
  Services& services_;
  const Question question_;
  const std::string key_;  // "": nobody else may join, and nothing is kept
  const Clock::time_point begun_at_;
  std::vector<Place> listeners_;
  std::uint64_t last_number_ = 0;
  model::TextDelta text_;  // so far
  std::shared_ptr<AnswerFlow> flow_;
};

void AnswerDesk::Seat::cancel() {
  asking_->leave(number_);
}

std::shared_ptr<AnswerDesk::Seat> AnswerDesk::ask(Services& services, Question question,
                                                  AnswerFlow::Listener listener) {
  const std::string key = question_key(question, services.routes.version_of(question.model),
                                       services.cache.clock().now())
                              .value_or("");
  const auto found = key.empty() ? askings_.end() : askings_.find(key);
  if (found != askings_.end() && found->second->serves(question)) {
    const std::shared_ptr<Asking> asking = found->second;
    return std::make_shared<Seat>(asking, asking->join(std::move(listener)));
  }
  const auto asking = std::make_shared<Asking>(*this, services, std::move(question), key);
  if (!key.empty()) askings_[key] = asking;
  const std::uint64_t number = asking->join(std::move(listener));
  asking->answer();
  return std::make_shared<Seat>(asking, number);
}

}  // namespace seekd::daemon
