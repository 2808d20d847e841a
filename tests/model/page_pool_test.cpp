// Whose pages are whose, what is found again, and who runs next.

#include "model/engine/page_pool.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "model/engine/batcher.h"

namespace seekd::model {
namespace {

std::vector<TokenId> tokens(std::size_t count, int seed = 1) {
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<TokenId>((i * 37 + static_cast<std::size_t>(seed) * 11) % 101));
  }
  return ids;
}

TextPages run(PagePool& pool, const std::string& salt, const std::vector<TokenId>& text) {
  TextPages pages = pool.begin(salt, text);
  REQUIRE(pool.grow(pages, text.size()));
  pool.publish(pages, text);
  return pages;
}

void run_and_end(PagePool& pool, const std::string& salt, const std::vector<TokenId>& text) {
  TextPages pages = run(pool, salt, text);
  pool.release(pages);
}

std::size_t known(PagePool& pool, const std::string& salt, const std::vector<TokenId>& text) {
  TextPages pages = pool.begin(salt, text);
  const std::size_t count = pages.known();
  pool.release(pages);
  return count;
}

TEST_CASE("a text that begins like an earlier one finds its full pages, but for its last token") {
  PagePool pool(64);
  run_and_end(pool, "", tokens(70));
  CHECK(known(pool, "", tokens(100)) == 64);
  CHECK(known(pool, "", tokens(65)) == 64);
  CHECK(known(pool, "", tokens(64)) == 48);  // the last token must run
  auto other = tokens(100);
  other[40] = 100;
  CHECK(known(pool, "", other) == 32);
  CHECK(known(pool, "", tokens(1)) == 0);
}

TEST_CASE("another salt shares nothing, whatever the text") {
  PagePool pool(64);
  run_and_end(pool, "one", tokens(50));
  CHECK(known(pool, "two", tokens(50)) == 0);
  CHECK(known(pool, "", tokens(50)) == 0);
  CHECK(known(pool, "one", tokens(50)) == 48);
}

TEST_CASE("texts that run at once and begin alike hold the same pages once, and others apart") {
  PagePool pool(64);
  TextPages first = run(pool, "", tokens(40));
  TextPages second = run(pool, "", tokens(60));
  CHECK(second.pages()[0] == first.pages()[0]);
  CHECK(second.pages()[1] == first.pages()[1]);
  CHECK(second.pages()[2] != first.pages()[2]);
  CHECK(pool.usage().held == 5);
  pool.release(first);
  CHECK(pool.usage().held == 4);
  pool.release(second);
  CHECK(pool.usage().held == 0);
  CHECK(pool.usage().kept == 3);
}

TEST_CASE("two texts that computed the same at once both keep what is theirs") {
  PagePool pool(8);
  TextPages first = pool.begin("", tokens(33));
  TextPages second = pool.begin("", tokens(33));
  REQUIRE(pool.grow(first, 33));
  REQUIRE(pool.grow(second, 33));
  pool.publish(first, tokens(33));
  pool.publish(second, tokens(33));
  CHECK(second.known() == 0);
  CHECK(pool.usage().held == 6);
  pool.release(second);
  pool.release(first);
  CHECK(pool.usage().kept == 2);
  CHECK(known(pool, "", tokens(33)) == 32);
}

TEST_CASE("where pages run short the text used longest ago goes, its end before its beginning") {
  PagePool pool(8);
  run_and_end(pool, "", tokens(64, 1));          // four pages
  run_and_end(pool, "", tokens(48, 2));          // three
  CHECK(known(pool, "", tokens(100, 1)) == 64);  // and so was used last
  TextPages large = pool.begin("", tokens(48, 3));
  REQUIRE(pool.grow(large, 48));  // one is free, two must go
  CHECK(known(pool, "", tokens(100, 2)) == 16);
  CHECK(known(pool, "", tokens(100, 1)) == 64);
  pool.release(large);
}

TEST_CASE("what has to go is kept on the host, and comes back for a text that begins with it") {
  PagePool pool(4, 8);
  run_and_end(pool, "", tokens(64, 1));
  CHECK(pool.take_moves().empty());
  run_and_end(pool, "", tokens(64, 2));
  CHECK(pool.take_moves().size() == 4);
  CHECK(pool.usage().on_host == 4);
  // All four of the first come back but the one whose last token must run; as many go for them.
  TextPages back = pool.begin("", tokens(64, 1));
  CHECK(back.known() == 48);
  const auto moves = pool.take_moves();
  REQUIRE(moves.size() == 6);
  for (std::size_t i = 0; i < moves.size(); ++i) {
    CHECK(moves[i].to == (i < 3 ? PageMove::To::host : PageMove::To::device));
  }
  CHECK(pool.usage().held == 3);
  pool.release(back);
  CHECK(known(pool, "other", tokens(64, 1)) == 0);  // still of one salt alone
}

TEST_CASE("of the host's pages the text used longest ago goes, its end before its beginning") {
  PagePool pool(4, 6);
  for (int seed = 1; seed <= 3; ++seed) run_and_end(pool, "", tokens(64, seed));
  CHECK(pool.usage().on_host == 6);
  CHECK(known(pool, "", tokens(65, 1)) == 32);
}

TEST_CASE("what is forgotten is found in neither store, and what texts hold stays theirs") {
  PagePool pool(8, 8);
  run_and_end(pool, "", tokens(100, 1));  // six full pages
  run_and_end(pool, "", tokens(64, 2));   // two of them have to go for these
  TextPages held = pool.begin("", tokens(40, 2));
  REQUIRE(held.known() == 32);
  REQUIRE(pool.usage().on_host > 0);
  pool.forget_kept();
  CHECK(pool.usage().kept == 0);
  CHECK(pool.usage().on_host == 0);
  CHECK(pool.usage().held == 2);
  CHECK(pool.take_moves().empty());
  CHECK(known(pool, "", tokens(100, 1)) == 0);
  CHECK(known(pool, "", tokens(64, 2)) == 32);
  TextPages all = pool.begin("other", tokens(96, 3));
  CHECK(pool.grow(all, 96));  // no page was lost
  pool.release(all);
  pool.release(held);
}

TEST_CASE("a page that is computed anew while it lies on the host is one page again") {
  PagePool pool(4, 8);
  run_and_end(pool, "", tokens(32, 1));
  TextPages large = pool.begin("", tokens(64, 2));
  REQUIRE(pool.grow(large, 64));
  CHECK(pool.usage().on_host == 2);
  TextPages again = pool.begin("", tokens(40, 1));  // no room to bring them back
  CHECK(again.known() == 0);
  pool.release(large);
  REQUIRE(pool.grow(again, 40));
  pool.publish(again, tokens(40, 1));
  CHECK(again.known() == 32);
  CHECK(pool.usage().on_host == 0);
  pool.release(again);
  CHECK(known(pool, "", tokens(40, 1)) == 32);
}

TEST_CASE("a text that does not fit gets nothing, and what is held is never taken") {
  PagePool pool(4);
  TextPages first = run(pool, "", tokens(40));
  TextPages second = pool.begin("", tokens(40, 5));
  CHECK_FALSE(pool.grow(second, 17));
  CHECK(second.pages().empty());
  CHECK(pool.grow(second, 16));
  pool.release(first);
  CHECK(pool.grow(second, 64));
  pool.release(second);
}

TEST_CASE("pages of one text lie side by side where they can") {
  PagePool pool(16);
  const TextPages text = run(pool, "", tokens(100));
  for (std::size_t i = 1; i < text.pages().size(); ++i) {
    CHECK(text.pages()[i] == text.pages()[i - 1] + 1);
  }
}

// What lies in the pages of both stores, as text.
struct Stores {
  std::map<PageId, std::string> device;
  std::map<PageId, std::string> host;
  std::size_t brought_back = 0;

  void move(const std::vector<PageMove>& moves) {
    for (const PageMove& move : moves) {
      if (move.to == PageMove::To::host) {
        host[move.host] = device[move.page];
      } else {
        device[move.page] = host[move.host];
        ++brought_back;
      }
    }
  }
};

std::string written(std::span<const TokenId> tokens) {
  std::string text;
  for (const TokenId token : tokens) text += std::to_string(token) + " ";
  return text;
}

// Texts of few different tokens, so that many begin alike, that come, grow and go at random.
TEST_CASE(
    "whatever comes and goes, no page has two owners that do not share it, and none is lost") {
  std::mt19937 random(5);
  const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
  struct Text {
    std::vector<TokenId> tokens;
    TextPages pages;
  };
  const std::size_t host_pages = GENERATE(0, 3, 25, 200);
  CAPTURE(host_pages);
  PagePool pool(40, host_pages);
  Stores stores;
  std::vector<Text> texts;
  for (int round = 0; round < 20'000; ++round) {
    if (texts.size() < 6 && below(2) == 0) {
      Text text;
      const std::size_t length = 1 + below(120);
      for (std::size_t i = 0; i < length; ++i)
        text.tokens.push_back(i % 16 == 0 ? static_cast<TokenId>(below(2)) : 7);
      const std::string salt = below(2) == 0 ? "a" : "b";
      text.pages = pool.begin(salt, text.tokens);
      const std::size_t found = text.pages.known() / page_tokens;
      if (pool.grow(text.pages, text.tokens.size())) {
        stores.move(pool.take_moves());
        // What was found is what was computed of those tokens, wherever it has been since.
        for (std::size_t i = 0; i < text.pages.pages().size(); ++i) {
          const auto beginning =
              std::span(text.tokens).first(std::min(text.tokens.size(), (i + 1) * page_tokens));
          const std::string content = salt + ":" + written(beginning);
          std::string& page = stores.device[text.pages.pages()[i]];
          if (i < found) REQUIRE(page == content);
          page = content;
        }
        pool.publish(text.pages, text.tokens);
        texts.push_back(std::move(text));
      } else {
        pool.release(text.pages);
      }
    } else if (!texts.empty()) {
      const std::size_t which = below(texts.size());
      pool.release(texts[which].pages);
      texts.erase(texts.begin() + static_cast<std::ptrdiff_t>(which));
    }
    std::set<PageId> held;
    std::set<PageId> own;
    for (const Text& text : texts) {
      const std::size_t shared = text.pages.known() / page_tokens;
      for (std::size_t i = 0; i < text.pages.pages().size(); ++i) {
        const PageId page = text.pages.pages()[i];
        held.insert(page);
        if (i >= shared) REQUIRE(own.insert(page).second);
      }
    }
    const PagePool::Usage usage = pool.usage();
    REQUIRE(usage.held == held.size());
    REQUIRE(usage.held + usage.kept <= usage.total);
  }
  for (Text& text : texts) pool.release(text.pages);
  CHECK(pool.usage().held == 0);
  CHECK(pool.usage().on_host <= host_pages);
  CHECK((stores.brought_back > 100) == (host_pages > 0));
  TextPages all = pool.begin("c", tokens(640));
  CHECK(pool.grow(all, 640));  // no page was lost
  pool.release(all);
}

Sequence sequence(std::size_t prompt, std::size_t tokens_max, int seed) {
  Sequence made;
  made.tokens = tokens(prompt, seed);
  made.tokens_max = tokens_max;
  return made;
}

// The step gave a token to each that was complete.
void step(Batcher& batcher, const std::vector<Batcher::Part>& parts) {
  for (const Batcher::Part& part : parts) batcher.computed(part);
  for (const Batcher::Part& part : parts) {
    if (part.sequence->pending() == 0) part.sequence->tokens.push_back(3);
  }
}

TEST_CASE("texts that are being written go first, and a long prompt takes what is left in chunks") {
  PagePool pool(100);
  Batcher batcher(pool, {.sequences = 4, .chunk_alone = 100, .chunk_beside = 30});
  Sequence writing = sequence(20, 60, 1);
  Sequence prompt = sequence(150, 200, 2);
  batcher.add(writing);
  auto parts = batcher.plan();
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].count == 20);
  step(batcher, parts);
  batcher.add(prompt);
  std::vector<std::size_t> chunks;
  while (prompt.computed < 150) {
    parts = batcher.plan();
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].sequence == &writing);
    CHECK(parts[0].count == 1);
    chunks.push_back(parts[1].count);
    step(batcher, parts);
  }
  CHECK(chunks == std::vector<std::size_t>{30, 30, 30, 30, 30});
  batcher.remove(writing);
  batcher.remove(prompt);
  CHECK(batcher.idle());
  CHECK(pool.usage().held == 0);
}

TEST_CASE("texts of a step that failed run one by one until each has a token, then together") {
  PagePool pool(100);
  Batcher batcher(pool, {.sequences = 4, .chunk_alone = 20, .chunk_beside = 20});
  Sequence texts[] = {sequence(30, 60, 1), sequence(10, 60, 2), sequence(10, 60, 3)};
  for (Sequence& text : texts) batcher.add(text);
  step(batcher, batcher.plan());  // a chunk of the first
  const auto failed = batcher.plan();
  REQUIRE(failed.size() == 2);
  for (Sequence* text : {&texts[1], &texts[0]}) {
    text->suspect = true;
    batcher.put_back(*text);
  }
  CHECK(batcher.running() == 0);
  pool.forget_kept();

  const std::vector<const Sequence*> order = {&texts[0], &texts[0], &texts[1]};
  for (const Sequence* text : order) {
    const auto parts = batcher.plan();
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].sequence == text);
    step(batcher, parts);
  }
  CHECK_FALSE((texts[0].suspect || texts[1].suspect));
  CHECK(batcher.plan().size() == 3);
  for (Sequence& text : texts) batcher.remove(text);
  CHECK(pool.usage().held == 0);
}

TEST_CASE("where memory ran out fewer texts and tokens run, until nothing smaller is left") {
  PagePool pool(100);
  Batcher batcher(pool, {.sequences = 4, .chunk_alone = 64, .chunk_beside = 64, .chunk_least = 16});
  Sequence texts[] = {sequence(40, 90, 1), sequence(40, 90, 2), sequence(40, 90, 3)};
  for (Sequence& text : texts) batcher.add(text);
  CHECK(batcher.plan().size() == 2);
  for (Sequence* text : {&texts[1], &texts[0]}) batcher.put_back(*text);
  REQUIRE(batcher.shrink());
  auto parts = batcher.plan();
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].sequence == &texts[0]);
  CHECK(parts[0].count == 32);
  REQUIRE(batcher.shrink());
  CHECK_FALSE(batcher.shrink());
  step(batcher, parts);
  parts = batcher.plan();
  REQUIRE(parts.size() == 1);  // one text at a time
  CHECK(parts[0].count == 8);
  for (Sequence& text : texts) batcher.remove(text);
}

TEST_CASE("no more texts run together than may, and those that wait join in their order") {
  PagePool pool(100);
  Batcher batcher(pool, {.sequences = 2, .chunk_alone = 100, .chunk_beside = 100});
  Sequence texts[] = {sequence(10, 20, 1), sequence(10, 20, 2), sequence(10, 20, 3)};
  for (Sequence& text : texts) batcher.add(text);
  auto parts = batcher.plan();
  REQUIRE(parts.size() == 2);
  step(batcher, parts);
  CHECK(batcher.running() == 2);
  batcher.remove(texts[0]);
  parts = batcher.plan();
  REQUIRE(parts.size() == 2);
  CHECK(parts[1].sequence == &texts[2]);
  for (Sequence& text : texts) batcher.remove(text);
}

TEST_CASE(
    "where pages run short the last to join begins anew, and every text is written in the end") {
  PagePool pool(8);  // 128 tokens
  Batcher batcher(pool, {.sequences = 4, .chunk_alone = 64, .chunk_beside = 64});
  Sequence texts[] = {sequence(30, 100, 1), sequence(30, 100, 2), sequence(30, 100, 3)};
  for (Sequence& text : texts) batcher.add(text);
  std::set<const Sequence*> written;
  std::size_t steps = 0;
  std::size_t again = 0;
  while (written.size() < 3) {
    REQUIRE(++steps < 1000);
    const auto parts = batcher.plan();
    REQUIRE(!parts.empty());
    for (const Batcher::Part& part : parts) {
      again += part.sequence->tokens.size() > 31 && part.count > 1 ? 1 : 0;
      REQUIRE(part.sequence->pages.capacity() >= part.sequence->computed + part.count);
    }
    step(batcher, parts);
    for (Sequence& text : texts) {
      if (text.tokens.size() < text.tokens_max || written.contains(&text)) continue;
      batcher.remove(text);
      written.insert(&text);
    }
  }
  CHECK(again > 0);
  CHECK(pool.usage().held == 0);
}

Sequence background(std::size_t prompt, std::size_t tokens_max, int seed) {
  Sequence made = sequence(prompt, tokens_max, seed);
  made.priority = Priority::background;
  return made;
}

TEST_CASE("interactive texts join before background ones, whoever came first") {
  PagePool pool(100);
  Batcher batcher(pool, {.sequences = 2, .chunk_alone = 100, .chunk_beside = 100});
  Sequence slow[] = {background(10, 20, 1), background(10, 20, 2)};
  Sequence quick[] = {sequence(10, 20, 3), sequence(10, 20, 4)};
  for (Sequence& text : slow) batcher.add(text);
  for (Sequence& text : quick) batcher.add(text);
  const auto parts = batcher.plan();
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].sequence == &quick[0]);
  CHECK(parts[1].sequence == &quick[1]);
  for (Sequence& text : slow) batcher.remove(text);
  for (Sequence& text : quick) batcher.remove(text);
}

TEST_CASE("where pages run short background texts lose theirs first, whoever joined last") {
  PagePool pool(6);
  Batcher batcher(pool, {.sequences = 4, .chunk_alone = 200, .chunk_beside = 200});
  Sequence quick = sequence(30, 90, 1);
  Sequence slow = background(30, 90, 2);
  Sequence late = sequence(15, 30, 3);
  batcher.add(slow);
  step(batcher, batcher.plan());
  batcher.add(quick);
  step(batcher, batcher.plan());
  batcher.add(late);
  std::size_t steps = 0;
  while (quick.tokens.size() < 90) {
    REQUIRE(++steps < 200);
    const auto parts = batcher.plan();
    CHECK(std::ranges::find(parts, &quick, &Batcher::Part::sequence) != parts.end());
    step(batcher, parts);
    if (late.tokens.size() == late.tokens_max) batcher.remove(late);
  }
  CHECK(slow.computed < slow.tokens.size() - 1);  // it lost its pages, and waits
  batcher.remove(quick);
  while (slow.tokens.size() < 90) {
    REQUIRE(++steps < 400);
    step(batcher, batcher.plan());
  }
  batcher.remove(slow);
  CHECK(pool.usage().held == 0);
}

TEST_CASE("background prompts go on while interactive ones keep coming, after so many steps") {
  PagePool pool(2000);
  Batcher batcher(pool, {.sequences = 8, .chunk_alone = 20, .chunk_beside = 20});
  Sequence slow = background(100, 101, 1);
  batcher.add(slow);
  std::vector<std::unique_ptr<Sequence>> quick;
  std::size_t steps = 0;
  while (slow.tokens.size() < 101) {
    REQUIRE(++steps <= 6 * (Turns::passed_max + 1));
    // Each fills a step by itself, and ends with it.
    quick.push_back(std::make_unique<Sequence>(sequence(20, 21, 1 + static_cast<int>(steps))));
    batcher.add(*quick.back());
    step(batcher, batcher.plan());
    for (auto& text : quick) {
      if (text->tokens.size() == 21) batcher.remove(*text);
    }
  }
  CHECK(steps > 2 * Turns::passed_max);  // it does not go first either
  for (auto& text : quick) batcher.remove(*text);
  batcher.remove(slow);
}

}  // namespace
}  // namespace seekd::model
