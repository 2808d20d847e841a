// EmbeddingDesk: where callers have their own texts made into vectors. One thread embeds, a few
// texts at a time; requests that wait take turns, so that one of many texts does not hold up the
// others.
//
// All functions are called on the I/O thread; callbacks run there. The destructor waits for the
// texts at hand.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/workers.h"
#include "model/embedder.h"

namespace seekd::daemon {

class EmbeddingDesk {
 public:
  // Of a text that is longer than the embedder reads.
  enum class Overlong : std::uint8_t {
    refused,
    cut,  // its beginning is embedded
  };

  struct Wish {
    std::vector<std::string> texts;  // REQUIRES: not empty
    model::TextRole role = model::TextRole::passage;
    Overlong overlong = Overlong::refused;
  };

  struct Vectors {
    std::vector<float> values;  // [texts, dimension], each row of length 1
    std::size_t tokens = 0;     // of all texts, as they were read
  };
  using OnDone = std::function<void(Result<Vectors>)>;

  // One request's place.
  class Seat {
   public:
    // What is not embedded yet is left; nobody is told any more.
    void leave() { left_ = true; }

   private:
    friend class EmbeddingDesk;
    Wish wish_;
    OnDone done_;
    Vectors vectors_;
    bool left_ = false;
  };

  // REQUIRES: `embedder` outlives this.
  EmbeddingDesk(const boost::asio::any_io_executor& executor, const model::Embedder& embedder)
      : executor_(executor), embedder_(embedder), workers_(executor, 1) {}

  const model::EmbedderInfo& info() const { return embedder_.info(); }

  // `done` is called at most once, never inside this call. Errors: too_large (a text is longer than
  // the embedder reads: the message says which), busy (too many requests wait), the embedder's.
  std::shared_ptr<Seat> embed(Wish wish, OnDone done);

 private:
  void count(const std::shared_ptr<Seat>& seat);
  void go_on(const std::shared_ptr<Seat>& seat);
  void end(Seat& seat, Result<Vectors> vectors);

  boost::asio::any_io_executor executor_;
  const model::Embedder& embedder_;
  std::size_t waiting_ = 0;  // requests, those at hand included
  Workers workers_;          // last: it uses all of the above
};

}  // namespace seekd::daemon
