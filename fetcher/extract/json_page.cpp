#include "fetcher/extract/json_page.h"

#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/feed.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 64;
constexpr std::size_t blocks_max = 20'000;
constexpr std::size_t block_bytes_max = 16 << 10;  // a longer one goes on in the next
constexpr std::size_t path_bytes_max = 256;        // each value's line repeats it
constexpr std::string_view feed_version = "https://jsonfeed.org/version/";

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

FeedEntry feed_entry(const json::object& item) {
  FeedEntry entry;
  entry.url = text_at(item, "url");
  if (entry.url.empty()) entry.url = text_at(item, "external_url");
  if (entry.url.empty()) entry.url = text_at(item, "id");  // §1.1: ideally a URL; else it is none
  entry.title = {text_at(item, "title"), FeedText::As::text};
  entry.published = text_at(item, "date_published");
  entry.modified = text_at(item, "date_modified");
  entry.content = {text_at(item, "content_html"), FeedText::As::html};
  for (const char* key : {"content_text", "summary"}) {
    if (entry.content.text.empty()) entry.content = {text_at(item, key), FeedText::As::text};
  }
  return entry;
}

Feed json_feed(const json::object& object, const json::array& items) {
  Feed feed;
  feed.title = {text_at(object, "title"), FeedText::As::text};
  feed.description = {text_at(object, "description"), FeedText::As::text};
  feed.language = text_at(object, "language");
  feed.site = text_at(object, "home_page_url");
  feed.entries_total = items.size();
  for (const json::value& item : items) {
    if (feed.entries.size() == page_entries_max) break;
    if (const json::object* entry = item.if_object()) feed.entries.push_back(feed_entry(*entry));
  }
  return feed;
}

// The path to a value. One that is too long is cut between two characters, says so, and takes
// nothing more.
std::string joined(const std::string& path, std::string_view separator, std::string_view name) {
  if (path.size() >= path_bytes_max) return path;
  std::string whole = path;
  whole.append(separator).append(name.substr(0, path_bytes_max + 1));
  if (whole.size() <= path_bytes_max) return whole;
  const auto is_inner = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t end = path_bytes_max;
  while (end > 0 && is_inner(whole[end])) --end;
  return whole.substr(0, end) + "\u2026";
}

// Values one a line, under the path that leads to them.
class ValueWriter {
 public:
  std::vector<Block> write(const json::value& root) {
    add(root, "");
    end_block();
    return std::move(blocks_);
  }

 private:
  bool is_full() const {
    return blocks_.size() >= blocks_max || bytes_ + text_.size() >= document_bytes_max;
  }

  void add(const json::value& value, const std::string& path) {
    if (is_full()) return;
    if (const json::object* object = value.if_object()) {
      end_block();
      for (const auto& member : *object) {
        if (is_full()) break;
        const std::string_view key(member.key().data(), member.key().size());
        add(member.value(), joined(path, path.empty() ? "" : ".", key));
      }
      end_block();
    } else if (const json::array* array = value.if_array()) {
      for (std::size_t i = 0; i < array->size() && !is_full(); ++i) {
        add((*array)[i], joined(path, "", '[' + std::to_string(i) + ']'));
      }
    } else {
      add_line(path, value);
    }
  }

  void add_line(const std::string& path, const json::value& value) {
    const json::string* text = value.if_string();
    if (value.is_null() || (text != nullptr && text->empty())) return;
    if (text_.size() > block_bytes_max) end_block();
    if (!text_.empty()) text_ += '\n';
    if (!path.empty()) text_ += path + ": ";
    text_ += text != nullptr ? std::string(text->data(), text->size()) : json::serialize(value);
  }

  void end_block() {
    std::string text = policy::visible_text(text_);
    text_.clear();
    if (text.find_first_not_of(" \n\t") == std::string::npos) return;
    bytes_ += text.size();
    blocks_.push_back({BlockKind::paragraph, 0, std::move(text)});
  }

  std::vector<Block> blocks_;
  std::size_t bytes_ = 0;  // of blocks_
  std::string text_;
};

std::string first_text(const json::object& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (std::string text = text_at(object, key); !text.empty()) return text;
  }
  return {};
}

Result<json::value> parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (!error) return value;
  return fail(error == json::error::too_deep ? ErrorCode::too_large : ErrorCode::invalid_argument,
              "JSON: " + error.message());
}

}  // namespace

Result<Document> read_json(std::string_view bytes, std::string_view content_type,
                           std::string_view url) {
  const std::string text = decode(bytes, detect_charset(bytes, content_type, DeclaredIn::headers));
  const Result<json::value> root = parse(text);
  if (!root) return std::unexpected(root.error());
  const json::object* object = root->if_object();
  if (object != nullptr && text_at(*object, "version").starts_with(feed_version)) {
    const json::value* items = object->if_contains("items");
    if (items != nullptr && items->is_array()) {
      return feed_document(json_feed(*object, items->get_array()), url);
    }
  }
  Document document;
  if (object != nullptr) {
    document.metadata.title =
        policy::visible_text(first_text(*object, {"title", "name", "headline"}));
  }
  document.blocks = ValueWriter().write(*root);
  return document;
}

}  // namespace seekd::fetcher
