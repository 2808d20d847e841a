// What must hold of every embedder's tokenizer.json: reading ends, and what it makes of a text are
// ids within its vocabulary, between its two ends.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "model/text/wordpiece.h"

namespace {

using namespace seekd::model;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kText = "It's 12 \u00e9 a\u0301\n [SEP] \u4e2d\u6587 un##able\u3000\xff";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  auto parsed = parse_wordpiece_json(json, "tokenizer.json");
  if (!parsed) return 0;
  const TokenId begin = parsed->ends.begin;
  const TokenId end = parsed->ends.end;
  const WordPiece tokenizer(std::move(*parsed));
  for (const std::size_t tokens_max : {2, 3, 100}) {
    const auto ids = tokenizer.encode(kText, tokens_max);
    require(ids.size() >= 2 && ids.size() <= tokens_max);
    require(ids.front() == begin && ids.back() == end);
    for (const TokenId id : ids) {
      require(id >= 0 && static_cast<std::size_t>(id) < tokenizer.size());
    }
  }
  const double share = tokenizer.readable_share(kText);
  require(share >= 0.0 && share <= 1.0);
  return 0;
}
