// What must hold of every tokenizer.json: reading ends, and what it makes of a text are tokens of
// its own.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "model/text/tokenizer.h"
#include "model/text/tokenizer_json.h"

namespace {

using namespace seekd::model;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kText = "It's 12 \u00e9 a\u0301\n <|x|> <e> ab\u3000\xff";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  auto parsed = parse_tokenizer_json(json, "tokenizer.json");
  if (!parsed) return 0;
  (void)parse_tokenizer_config(json, "tokenizer_config.json", *parsed);
  const auto tokenizer = Tokenizer::create(std::move(*parsed), "tokenizer.json");
  if (!tokenizer) return 0;
  for (const auto special : {SpecialTokens::as_text, SpecialTokens::parse}) {
    const auto ids = tokenizer->encode(kText, special);
    for (const TokenId id : ids) require(!tokenizer->token_bytes(id).empty());
    (void)tokenizer->decode(ids);
  }
  return 0;
}
