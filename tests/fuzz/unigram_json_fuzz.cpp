// What must hold of every tokenizer.json of XLM-RoBERTa's kind: reading ends, and what it makes of
// a text or of a pair are ids within its vocabulary, between their ends.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "model/text/unigram.h"

namespace {

using namespace seekd::model;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kText =
    "It's 12 \u00e9 e\u0301\r\n </s>  \u4e2d\u6587\u3000\uff76\uff9e\xff";

void check_ids(const std::vector<TokenId>& ids, const TextEnds& ends, const Unigram& tokenizer) {
  require(ids.front() == ends.begin && ids.back() == ends.end);
  for (const TokenId id : ids) {
    require(id >= 0 && static_cast<std::size_t>(id) < tokenizer.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  auto parsed = parse_unigram_json(json, "tokenizer.json");
  if (!parsed) return 0;
  const TextEnds ends = parsed->ends;
  const Unigram tokenizer(std::move(*parsed));
  for (const std::size_t tokens_max : {6, 7, 100}) {
    const auto ids = tokenizer.encode(kText, tokens_max);
    require(ids.size() >= 2 && ids.size() <= tokens_max);
    check_ids(ids, ends, tokenizer);
    const TokenPair pair = tokenizer.encode_pair(kText, kText, tokens_max);
    require(pair.ids.size() <= tokens_max && pair.second < pair.ids.size());
    check_ids(pair.ids, ends, tokenizer);
  }
  const double share = tokenizer.readable_share(kText);
  require(share >= 0.0 && share <= 1.0);
  return 0;
}
