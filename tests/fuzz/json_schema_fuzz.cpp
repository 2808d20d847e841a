// What must hold of every schema: compiling it ends, within its bounds; and a text that is drawn of
// what it lets through comes to an end that it lets through, and is JSON.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "model/shape/json_schema.h"
#include "model/shape/places.h"

namespace {

using namespace seekd::model;

constexpr std::size_t text_max = 300;

void require(bool holds) {
  if (!holds) std::abort();
}

// The next byte, of those that fit the one by chance.
int next_byte(const Grammar& grammar, const Places& places, Frames& frames, unsigned chance) {
  Places behind;
  for (unsigned tried = 0; tried < 256; ++tried) {
    const auto byte = static_cast<std::uint8_t>((tried + chance) % 256);
    step_places(grammar, places, byte, frames, behind);
    if (!behind.none()) return byte;
  }
  return -1;
}

void check_text(const Grammar& grammar) {
  Frames frames;
  Places here;
  Places next;
  std::string text;
  begin_places(grammar, {grammar.start(), Frames::text}, frames, here);
  for (unsigned chance = 1; text.size() < text_max; chance = chance * 75 + 74) {
    if (here.ended) {
      boost::system::error_code error;
      boost::json::parse(text, error, {}, {.max_depth = 100});
      require(!error);
    }
    const int byte = next_byte(grammar, here, frames, chance % 256);
    if (byte < 0) break;
    text.push_back(static_cast<char>(byte));
    step_places(grammar, here, static_cast<std::uint8_t>(byte), frames, next);
    std::swap(here, next);
  }
  require(text.size() == text_max || here.ended);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boost::system::error_code error;
  const auto schema = boost::json::parse({reinterpret_cast<const char*>(data), size}, error);
  if (error) return 0;
  const auto grammar = compile_json_schema(schema, Strictness::as_written);
  if (grammar) check_text(*grammar);
  return 0;
}
