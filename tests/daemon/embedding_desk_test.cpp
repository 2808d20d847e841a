#include "daemon/embedding_desk.h"

#include <optional>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "tests/daemon/counting_embedder.h"

namespace seekd::daemon {
namespace {

using Vectors = EmbeddingDesk::Vectors;

// The desk and its I/O thread, which is the test's.
struct Office {
  boost::asio::io_context io;
  CountingEmbedder embedder;
  EmbeddingDesk desk{io.get_executor(), embedder};

  // Runs until `done` says so.
  template <class Done>
  void run_until(Done done) {
    io.restart();  // the last guard that went has stopped it
    const auto work = boost::asio::make_work_guard(io);
    while (!done()) REQUIRE(io.run_one_for(std::chrono::seconds(20)) == 1);
  }

  std::shared_ptr<EmbeddingDesk::Seat> embed(EmbeddingDesk::Wish wish,
                                             std::optional<Result<Vectors>>& out) {
    return desk.embed(std::move(wish), [&out](Result<Vectors> got) { out = std::move(got); });
  }
};

EmbeddingDesk::Wish of(std::size_t count, const std::string& text) {
  return {.texts = std::vector(count, text)};
}

TEST_CASE("each text has its row, in the order of the texts, and its tokens are counted") {
  Office office;
  std::optional<Result<Vectors>> out;
  office.embed({.texts = {"a", "bcd", "ef gh"}, .role = model::TextRole::query}, out);
  CHECK_FALSE(out.has_value());
  office.run_until([&] { return out.has_value(); });
  REQUIRE(out->has_value());
  CHECK((*out)->values == std::vector<float>{1, -1, 3, -1, 5, -1});
  CHECK((*out)->tokens == 4);
}

TEST_CASE("a short request does not wait until a long one has ended") {
  Office office;
  office.embedder.held = true;
  std::optional<Result<Vectors>> longer, shorter;
  office.embed(of(100, "long"), longer);
  office.embed(of(1, "short"), shorter);
  office.embedder.let_go();
  office.run_until([&] { return shorter.has_value(); });
  CHECK_FALSE(longer.has_value());
  office.run_until([&] { return longer.has_value(); });
  REQUIRE(longer->has_value());
  CHECK((*longer)->values.size() == 200);
}

TEST_CASE("what is left to embed for who has gone is left, and he is not told") {
  Office office;
  std::optional<Result<Vectors>> gone, other;
  office.embed(of(1000, "gone"), gone)->leave();
  office.embed(of(1, "other"), other);
  office.run_until([&] { return other.has_value(); });
  CHECK(office.embedder.embedded() == std::vector<std::string>{"other"});
  CHECK_FALSE(gone.has_value());
}

TEST_CASE("a text that is longer than the embedder reads is refused by its number, or cut") {
  Office office;
  std::optional<Result<Vectors>> refused, cut;
  EmbeddingDesk::Wish wish{.texts = {"one", "one two three four five six"}};
  office.embed(wish, refused);
  office.run_until([&] { return refused.has_value(); });
  REQUIRE_FALSE(refused->has_value());
  CHECK(refused->error().code == ErrorCode::too_large);
  CHECK(refused->error().message.starts_with("text 1 has more than the 5 tokens"));
  CHECK(office.embedder.embedded().empty());

  wish.overlong = EmbeddingDesk::Overlong::cut;
  office.embed(wish, cut);
  office.run_until([&] { return cut.has_value(); });
  REQUIRE(cut->has_value());
  CHECK((*cut)->tokens == 6);
}

TEST_CASE("memory that runs out is the embedder's failure, and the next request is served") {
  Office office;
  office.embedder.broken = true;
  std::optional<Result<Vectors>> failed, served;
  office.embed(of(1, "a"), failed);
  office.run_until([&] { return failed.has_value(); });
  REQUIRE_FALSE(failed->has_value());
  CHECK(failed->error().code == ErrorCode::unavailable);
  office.embedder.broken = false;
  office.embed(of(1, "a"), served);
  office.run_until([&] { return served.has_value(); });
  CHECK(served->has_value());
}

TEST_CASE("over so many requests that wait the next one is told to come back") {
  Office office;
  office.embedder.held = true;
  std::vector<std::optional<Result<Vectors>>> outs(33);
  for (auto& out : outs) office.embed(of(1, "a"), out);
  office.run_until([&] { return outs.back().has_value(); });
  CHECK(outs.back()->error().code == ErrorCode::busy);
  office.embedder.let_go();
  office.run_until(
      [&] { return std::ranges::all_of(outs, [](const auto& out) { return out.has_value(); }); });
  CHECK(outs.front()->has_value());
  std::optional<Result<Vectors>> later;
  office.embed(of(1, "a"), later);
  office.run_until([&] { return later.has_value(); });
  CHECK(later->has_value());
}

}  // namespace
}  // namespace seekd::daemon
