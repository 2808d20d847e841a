// AnswerDesk: where questions are asked. Who asks what another is just asking joins him: it is read
// for and answered once, and both read along. What was answered a while ago is answered from the
// answer cache, as long as the pages that it stands on are as they were.
//
// All functions are called on the I/O thread; callbacks run there.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "daemon/answer/answer_cache.h"
#include "daemon/answer/answer_flow.h"
#include "daemon/answer/question.h"

namespace seekd::daemon {

class AnswerDesk {
 public:
  class Asking;

  // One asker's place at a question.
  class Seat {
   public:
    Seat(std::shared_ptr<Asking> asking, std::uint64_t number)
        : asking_(std::move(asking)), number_(number) {}
    // The asker has gone: his `on_done` gets `cancelled`, and where he was the last one it ends.
    void cancel();

   private:
    const std::shared_ptr<Asking> asking_;
    const std::uint64_t number_;
  };

  explicit AnswerDesk(std::uint64_t cache_bytes) : cache_(cache_bytes) {}

  // As AnswerFlow::start(). REQUIRES: services.answers is this, services.model is ready.
  std::shared_ptr<Seat> ask(Services& services, Question question, AnswerFlow::Listener listener);

  // Pages were taken out for good: nothing that was made of them is kept.
  void forget() { cache_.clear(); }

 private:
  AnswerCache cache_;
  std::unordered_map<std::string, std::shared_ptr<Asking>> askings_;  // under way, by their keys
};

}  // namespace seekd::daemon
