// What was run once is not run again, and nobody else's is touched.

#include "model/engine/prefix_cache.h"

#include <vector>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <catch2/catch.hpp>

#include "model/families/llama.h"
#include "tests/model/random_llama.h"

namespace seekd::model {
namespace {

constexpr std::int64_t kContext = 256;

const Llama& network() {
  static const Llama made = [] {
    CheckpointConfig config;
    config.architecture = "llama";
    config.layers = 2;
    config.hidden = 64;
    config.feed_forward = 96;
    config.heads = 4;
    config.kv_heads = 2;
    config.head_dim = 16;
    config.vocabulary = 101;
    return *Llama::create(random_llama(config, kContext, {c10::kCPU, c10::kFloat, "cpu"}, 11));
  }();
  return made;
}

std::vector<TokenId> tokens(std::size_t count, int seed = 1) {
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<TokenId>((i * 37 + static_cast<std::size_t>(seed) * 11) % 101));
  }
  return ids;
}

void run_and_keep(PrefixCache& prefixes, const std::string& salt, const std::vector<TokenId>& text,
                  std::int64_t capacity = kContext) {
  KvCache cache = network().new_cache(capacity);
  network().forward(text, cache);
  prefixes.keep(salt, text, std::move(cache));
}

std::size_t restored(PrefixCache& prefixes, const std::string& salt,
                     const std::vector<TokenId>& prompt) {
  KvCache cache = network().new_cache(kContext);
  const std::size_t count = prefixes.restore(salt, prompt, cache);
  CHECK(cache.length() == static_cast<std::int64_t>(count));
  return count;
}

TEST_CASE("a prompt behind a known beginning gives the logits of one run from its first token") {
  const c10::InferenceMode no_gradients;
  PrefixCache prefixes(1U << 30);
  run_and_keep(prefixes, "", tokens(60));
  auto prompt = tokens(60);
  prompt.resize(40);
  for (const TokenId id : tokens(30, 5)) prompt.push_back(id);

  KvCache warm = network().new_cache(kContext);
  const std::size_t known = prefixes.restore("", prompt, warm);
  CHECK(known == 40);
  const at::Tensor from_warm = network().forward(std::span(prompt).subspan(known), warm).values;
  KvCache cold = network().new_cache(kContext);
  const at::Tensor from_cold = network().forward(prompt, cold).values;
  CHECK((from_warm - from_cold).abs().max().item<double>() < 1e-5);
}

TEST_CASE("the last token of a prompt is always left to run") {
  const c10::InferenceMode no_gradients;
  PrefixCache prefixes(1U << 30);
  run_and_keep(prefixes, "", tokens(50));
  CHECK(restored(prefixes, "", tokens(50)) == 49);
  CHECK(restored(prefixes, "", tokens(30)) == 29);
}

TEST_CASE("another salt shares nothing, whatever the text") {
  const c10::InferenceMode no_gradients;
  PrefixCache prefixes(1U << 30);
  run_and_keep(prefixes, "one", tokens(50));
  CHECK(restored(prefixes, "two", tokens(50)) == 0);
  CHECK(restored(prefixes, "", tokens(50)) == 0);
  CHECK(restored(prefixes, "one", tokens(50)) == 49);
}

TEST_CASE(
    "the longest of several beginnings is taken, and a text that another continues is dropped") {
  const c10::InferenceMode no_gradients;
  const std::uint64_t each = network().new_cache(kContext).bytes();
  PrefixCache prefixes(2 * each);
  run_and_keep(prefixes, "", tokens(30));
  run_and_keep(prefixes, "", tokens(80));  // in whose favour the first goes
  run_and_keep(prefixes, "", tokens(80, 7));
  CHECK(restored(prefixes, "", tokens(100)) == 80);
  CHECK(restored(prefixes, "", tokens(100, 7)) == 80);
}

TEST_CASE("what was not used for longest goes when the room ends") {
  const c10::InferenceMode no_gradients;
  const std::uint64_t each = network().new_cache(kContext).bytes();
  PrefixCache prefixes(2 * each);
  run_and_keep(prefixes, "", tokens(50, 1));
  run_and_keep(prefixes, "", tokens(50, 2));
  CHECK(restored(prefixes, "", tokens(50, 1)) == 49);
  run_and_keep(prefixes, "", tokens(50, 3));
  CHECK(restored(prefixes, "", tokens(50, 2)) == 0);
  CHECK(restored(prefixes, "", tokens(50, 1)) == 49);
  CHECK(restored(prefixes, "", tokens(50, 3)) == 49);
}

TEST_CASE("what does not fit is not kept, and without room nothing is") {
  const c10::InferenceMode no_gradients;
  const std::uint64_t each = network().new_cache(kContext).bytes();
  PrefixCache small(each - 1);
  run_and_keep(small, "", tokens(50));
  CHECK(restored(small, "", tokens(50)) == 0);
  PrefixCache none(0);
  run_and_keep(none, "", tokens(50), 64);
  CHECK(restored(none, "", tokens(50)) == 0);
}

}  // namespace
}  // namespace seekd::model
