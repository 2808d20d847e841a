#include "fetcher/wire_content.h"

#include <limits>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "fetcher/json_fields.h"
#include "fetcher/wire.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t content_depth = 4;  // page, blocks, one block, and one to spare
constexpr std::size_t text_max = std::numeric_limits<std::size_t>::max();  // the message is bounded

struct HeaderField {
  const char* key;
  std::string CachingHeaders::* value;
};
constexpr HeaderField header_fields[] = {
    {"cache_control", &CachingHeaders::cache_control},
    {"expires", &CachingHeaders::expires},
    {"date", &CachingHeaders::date},
    {"age", &CachingHeaders::age},
    {"last_modified", &CachingHeaders::last_modified},
    {"etag", &CachingHeaders::etag},
    {"vary", &CachingHeaders::vary},
};

struct MetadataField {
  const char* key;
  std::string PageMetadata::* value;
};
constexpr MetadataField metadata_fields[] = {
    {"title", &PageMetadata::title},         {"author", &PageMetadata::author},
    {"language", &PageMetadata::language},   {"canonical_url", &PageMetadata::canonical_url},
    {"published", &PageMetadata::published}, {"modified", &PageMetadata::modified},
};

template <class Struct, class Fields>
json::object texts_to_json(const Struct& values, const Fields& fields) {
  json::object object;
  for (const auto& field : fields) {
    if (!(values.*field.value).empty()) object[field.key] = values.*field.value;
  }
  return object;
}

template <class Struct, class Fields>
Status parse_texts(const json::object* object, std::string_view what, const Fields& fields,
                   Struct& values) {
  if (object == nullptr) return {};
  JsonFields reader(*object, what);
  for (const auto& field : fields) values.*field.value = reader.text(field.key, field_bytes_max);
  return reader.finish();
}

std::optional<BlockKind> parse_block_kind(std::string_view text) {
  for (int kind = 0; kind <= static_cast<int>(BlockKind::caption); ++kind) {
    if (to_string(static_cast<BlockKind>(kind)) == text) return static_cast<BlockKind>(kind);
  }
  return std::nullopt;
}

Result<Block> parse_block(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid_argument, "block: not an object");
  JsonFields reader(*object, "block");
  Block block;
  const auto kind = parse_block_kind(reader.text("kind", 32));
  block.level = static_cast<std::uint8_t>(reader.number("level", 255));
  block.text = reader.text("text", text_max);
  if (!kind) reader.refuse(ErrorCode::invalid_argument, "kind", "is not a kind of block");
  if (block.text.empty()) reader.refuse(ErrorCode::invalid_argument, "text", "is empty");
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  block.kind = *kind;
  return block;
}

Result<Link> parse_link(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid_argument, "link: not an object");
  JsonFields reader(*object, "link");
  Link link{reader.text("url", field_bytes_max), reader.text("text", field_bytes_max)};
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  return link;
}

json::array links_to_json(const std::vector<Link>& links) {
  json::array array;
  array.reserve(links.size());
  for (const Link& link : links) array.push_back({{"url", link.url}, {"text", link.text}});
  return array;
}

struct EntryField {
  const char* key;
  std::string PageEntry::* value;
};
constexpr EntryField entry_fields[] = {{"url", &PageEntry::url},
                                       {"title", &PageEntry::title},
                                       {"published", &PageEntry::published},
                                       {"modified", &PageEntry::modified}};

Result<PageEntry> parse_entry(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid_argument, "entry: not an object");
  PageEntry entry;
  if (auto read = parse_texts(object, "entry", entry_fields, entry); !read) {
    return std::unexpected(read.error());
  }
  return entry;
}

std::optional<PageKind> parse_page_kind(std::string_view text) {
  if (text.empty()) return PageKind::page;
  for (const PageKind kind : {PageKind::feed, PageKind::sitemap, PageKind::sitemap_index}) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

template <class Item>
Status parse_items(const json::array* array, Result<Item> (*parse)(const json::value&),
                   std::vector<Item>& items) {
  if (array == nullptr) return {};
  items.reserve(array->size());
  for (const json::value& value : *array) {
    auto item = parse(value);
    if (!item) return std::unexpected(item.error());
    items.push_back(*std::move(item));
  }
  return {};
}

}  // namespace

std::string content_line(const FetchedPage& page) {
  json::array blocks;
  blocks.reserve(page.blocks.size());
  for (const Block& block : page.blocks) {
    json::object object{{"kind", to_string(block.kind)}, {"text", block.text}};
    if (block.level != 0) object["level"] = block.level;
    blocks.push_back(std::move(object));
  }
  json::object object{{"headers", texts_to_json(page.headers, header_fields)},
                      {"metadata", texts_to_json(page.metadata, metadata_fields)},
                      {"blocks", std::move(blocks)},
                      {"feeds", links_to_json(page.metadata.feeds)},
                      {"links", links_to_json(page.links)},
                      {"body_bytes", page.body_bytes}};
  if (page.kind != PageKind::page) {
    json::array entries;
    entries.reserve(page.entries.size());
    for (const PageEntry& entry : page.entries)
      entries.push_back(texts_to_json(entry, entry_fields));
    object["kind"] = to_string(page.kind);
    object["entries"] = std::move(entries);
    object["entries_total"] = page.entries_total;
  }
  return json::serialize(object);
}

Status parse_content_line(std::string_view line, FetchedPage& page) {
  const auto object = parse_json_object(line, "page content", content_depth);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "page content");
  const json::object* headers = reader.object("headers");
  const json::object* metadata = reader.object("metadata");
  const json::array* blocks = reader.array("blocks", blocks_max);
  const json::array* feeds = reader.array("feeds", page_feeds_max);
  const json::array* links = reader.array("links", links_max);
  const auto kind = parse_page_kind(reader.text("kind", 32));
  const json::array* entries = reader.array("entries", page_entries_max);
  page.entries_total = reader.number("entries_total", std::numeric_limits<std::int64_t>::max());
  page.body_bytes = reader.number("body_bytes", std::numeric_limits<std::int64_t>::max());
  if (!kind) reader.refuse(ErrorCode::invalid_argument, "kind", "is not a kind of page");
  if (kind == PageKind::page && (entries != nullptr || page.entries_total > 0)) {
    reader.refuse(ErrorCode::invalid_argument, "entries", "are of a page that lists none");
  }
  if (auto read = reader.finish(); !read) return read;
  page.kind = *kind;
  if (auto read = parse_texts(headers, "headers", header_fields, page.headers); !read) return read;
  if (auto read = parse_texts(metadata, "metadata", metadata_fields, page.metadata); !read) {
    return read;
  }
  if (auto read = parse_items(feeds, parse_link, page.metadata.feeds); !read) return read;
  if (auto read = parse_items(blocks, parse_block, page.blocks); !read) return read;
  if (auto read = parse_items(entries, parse_entry, page.entries); !read) return read;
  return parse_items(links, parse_link, page.links);
}

}  // namespace seekd::fetcher
