#include "daemon/answer/admission.h"

#include <cassert>
#include <map>
#include <string>

namespace seekd::daemon {
namespace {

constexpr std::size_t parts_kept = 4;  // one of so many of the places is for those who hold few

}  // namespace

Status Admission::may_enter(const Claimant& claimant) const {
  const std::size_t here_now = here();
  if (here_now >= here_max_) {
    return fail(ErrorCode::busy, "too many questions wait: ask again later (daemon.queue_max)");
  }
  if (here_now < here_max_ - here_max_ / parts_kept) return {};
  std::size_t held = 0;
  std::map<std::string_view, std::size_t> shares{{claimant.name, claimant.share}};
  for (const auto& [ticket, question] : questions_) {
    if (question.claimant.name == claimant.name) ++held;
    shares.emplace(question.claimant.name, question.claimant.share);
  }
  std::size_t all = 0;
  for (const auto& [name, share] : shares) all += share;
  if (held * all < here_max_ * claimant.share) return {};
  return fail(ErrorCode::busy, "you have " + std::to_string(held) +
                                   " questions here, and the places that are left are for other "
                                   "callers: ask again later (daemon.queue_max)");
}

Result<Admission::Ticket> Admission::enter(Claimant claimant, std::function<void()> begin) {
  if (const Status may = may_enter(claimant); !may) return std::unexpected(may.error());
  const Ticket ticket = ++last_;
  shares_.arrived(claimant);
  ++waiting_;
  questions_.emplace(ticket, Question{.claimant = std::move(claimant), .begin = std::move(begin)});
  begin_next();
  return ticket;
}

void Admission::begin_next() {
  if (running_ >= running_max_ || waiting_ == 0) return;
  Question* next = nullptr;
  for (auto& [ticket, question] : questions_) {
    if (question.stage != Stage::waiting) continue;
    if (next == nullptr || shares_.comes_before(question.claimant, next->claimant)) {
      next = &question;
    }
  }
  assert(next != nullptr);
  next->stage = Stage::running;
  next->counted = shares_.began(next->claimant);
  --waiting_;
  ++running_;
  const auto begin = std::exchange(next->begin, {});
  begin();
}

// Each turn counts as one, however long it took: what a question waits for is other people's work.
void Admission::stop_running(Question& question) {
  shares_.ended(question.claimant, question.counted, question.counted);
  --running_;
}

void Admission::reached_model(Ticket ticket) {
  const auto found = questions_.find(ticket);
  if (found == questions_.end() || found->second.stage != Stage::running) return;
  stop_running(found->second);
  found->second.stage = Stage::at_model;
  begin_next();
}

void Admission::leave(Ticket ticket) {
  const auto found = questions_.find(ticket);
  if (found == questions_.end()) return;
  Question& question = found->second;
  if (question.stage == Stage::running) stop_running(question);
  if (question.stage == Stage::waiting) {
    shares_.left(question.claimant);
    --waiting_;
  }
  questions_.erase(found);
  begin_next();
}

}  // namespace seekd::daemon
