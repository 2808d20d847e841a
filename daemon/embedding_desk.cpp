#include "daemon/embedding_desk.h"

#include <algorithm>
#include <span>
#include <utility>

#include <boost/asio/post.hpp>

namespace seekd::daemon {
namespace {

constexpr std::size_t waiting_max = 32;
// About a second of two cores, which is what a short request waits for, and stopping.
constexpr std::size_t texts_at_once = 16;

// Of all texts, each as it will be read.
Result<std::size_t> count_tokens(const model::Embedder& embedder, const EmbeddingDesk::Wish& wish) {
  const std::size_t tokens_max = embedder.info().tokens_max;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < wish.texts.size(); ++i) {
    const std::size_t tokens = embedder.count_tokens(wish.role, wish.texts[i]);
    if (tokens > tokens_max && wish.overlong == EmbeddingDesk::Overlong::refused) {
      return fail(ErrorCode::too_large,
                  "text " + std::to_string(i) + " has more than the " + std::to_string(tokens_max) +
                      " tokens that " + embedder.info().name +
                      " reads: send it in parts, or \"truncate_prompt_tokens\": -1");
    }
    sum += std::min(tokens, tokens_max);
  }
  return sum;
}

}  // namespace

std::shared_ptr<EmbeddingDesk::Seat> EmbeddingDesk::embed(Wish wish, OnDone done) {
  const auto seat = std::make_shared<Seat>();
  seat->wish_ = std::move(wish);
  seat->done_ = std::move(done);
  if (++waiting_ > waiting_max) {
    boost::asio::post(executor_, [this, seat] {
      end(*seat, fail(ErrorCode::busy, "too many requests wait for the embedder: ask again later"));
    });
  } else {
    count(seat);
  }
  return seat;
}

void EmbeddingDesk::count(const std::shared_ptr<Seat>& seat) {
  workers_.run([this, seat] { return count_tokens(embedder_, seat->wish_); },
               [this, seat](Result<std::size_t> tokens) {
                 if (!tokens) return end(*seat, std::unexpected(std::move(tokens.error())));
                 seat->vectors_.tokens = *tokens;
                 go_on(seat);
               });
}

// Behind all who wait already: that is whose turn it is then.
void EmbeddingDesk::go_on(const std::shared_ptr<Seat>& seat) {
  if (seat->left_) return end(*seat, fail(ErrorCode::cancelled, "nobody waits for it"));
  const std::size_t begin = seat->vectors_.values.size() / embedder_.info().dimension;
  const std::span<const std::string> left = std::span(seat->wish_.texts).subspan(begin);
  if (left.empty()) return end(*seat, std::move(seat->vectors_));
  const auto texts = left.first(std::min(texts_at_once, left.size()));
  workers_.run([this, seat, texts] { return embedder_.embed(seat->wish_.role, texts); },
               [this, seat](Result<std::vector<float>> rows) {
                 // What it is too much for is the memory, not what the embedder reads.
                 if (!rows) return end(*seat, fail(ErrorCode::unavailable, rows.error().message));
                 auto& values = seat->vectors_.values;
                 values.insert(values.end(), rows->begin(), rows->end());
                 go_on(seat);
               });
}

void EmbeddingDesk::end(Seat& seat, Result<Vectors> vectors) {
  --waiting_;
  const OnDone done = std::exchange(seat.done_, nullptr);
  if (!seat.left_) done(std::move(vectors));
}

}  // namespace seekd::daemon
