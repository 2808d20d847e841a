#include "daemon/api/page_fields.h"

#include <optional>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "policy/page_text_guard.h"
#include "policy/plain_text.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t words_bytes_max = 1024;  // of a title, an author, …
constexpr std::size_t blocks_max = 200'000;
constexpr std::int64_t level_max = 32;  // of list items: no page that is read nests deeper

std::string read_words(Fields& fields, std::string_view name) {
  std::string words = policy::visible_text(fields.text(name).value_or(""));
  if (words.size() > words_bytes_max) {
    fields.reject(name, "out_of_range", "is longer than 1024 bytes");
  }
  return words;
}

std::optional<BlockKind> parse_kind(std::string_view name) {
  for (int number = 0; number <= static_cast<int>(BlockKind::caption); ++number) {
    const auto kind = static_cast<BlockKind>(number);
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

Block read_block(Fields& fields) {
  Block block;
  const auto kind = parse_kind(fields.text("kind").value_or("paragraph"));
  if (!kind) fields.reject("kind", "invalid_value", "is no kind of block: \"paragraph\", …");
  block.kind = kind.value_or(BlockKind::paragraph);
  const auto level = fields.integer("level", 0, level_max).value_or(0);
  const bool levelled = block.kind == BlockKind::heading || block.kind == BlockKind::list_item;
  if (levelled ? level < 1 || (block.kind == BlockKind::heading && level > 6) : level != 0) {
    fields.reject("level", "out_of_range",
                  "is 1 to 6 of a heading, from 1 of a list item, and 0 of other blocks");
  }
  block.level = static_cast<std::uint8_t>(level);
  block.text = policy::visible_text(fields.text("text").value_or(""));
  return block;
}

std::vector<Block> read_blocks(Fields& fields, const json::array& array) {
  std::vector<Block> blocks;
  if (array.size() > blocks_max) {
    fields.reject("blocks", "out_of_range",
                  "holds more than " + std::to_string(blocks_max) + " blocks");
    return blocks;
  }
  for (std::size_t index = 0; index < array.size() && !fields.failed(); ++index) {
    if (!array[index].is_object()) {
      fields.reject("blocks", "invalid_type", "must hold objects with kind, level and text");
      break;
    }
    Fields one(array[index].get_object(), "blocks[" + std::to_string(index) + "]");
    Block block = read_block(one);
    if (const auto error = one.finish()) fields.reject(*error);
    if (!block.text.empty()) blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace

PageMetadata read_metadata(Fields& fields) {
  PageMetadata metadata;
  metadata.title = read_words(fields, "title");
  metadata.author = read_words(fields, "author");
  metadata.language = read_words(fields, "language");
  metadata.published = read_words(fields, "published");
  metadata.modified = read_words(fields, "modified");
  return metadata;
}

std::vector<Block> read_content(Fields& fields) {
  const auto text = fields.text("text");
  const json::array* const array = fields.array("blocks");
  if (text && array != nullptr) {
    fields.reject("blocks", "invalid_value", "stands beside 'text': send one of them");
  }
  std::vector<Block> blocks =
      array != nullptr ? read_blocks(fields, *array) : policy::read_paragraphs(text.value_or(""));
  if (blocks.empty()) {
    fields.reject(array != nullptr ? "blocks" : "text", "missing_field", "holds no text");
  }
  return blocks;
}

}  // namespace seekd::daemon
