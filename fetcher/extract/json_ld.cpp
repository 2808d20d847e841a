#include "fetcher/extract/json_ld.h"

#include <vector>

#include <boost/json.hpp>

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t script_bytes_max = 512 << 10;
constexpr std::size_t depth_max = 32;
constexpr std::size_t objects_max = 10'000;  // looked at in one script
constexpr std::size_t text_bytes_max = 64 << 10;
constexpr std::size_t types_max = 50;

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}

// "author": a name, a Person or Organization, or a list of them, whose names are joined.
std::string author_of(const json::value& author) {
  if (author.is_string()) return std::string(author.get_string());
  if (author.is_object()) return text_of(author.get_object(), "name");
  std::string names;
  if (!author.is_array()) return names;
  for (const json::value& one : author.get_array()) {
    const std::string name = one.is_array() ? std::string{} : author_of(one);
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

void fill(std::string& field, std::string text) {
  if (field.empty()) field = std::move(text);
}

void add_type(const json::value& type, JsonLd& found) {
  if (type.is_string() && found.types.size() < types_max) {
    found.types.emplace_back(type.get_string());
  }
}

void add_types(const json::object& object, JsonLd& found) {
  const json::value* type = object.if_contains("@type");
  if (type == nullptr) return;
  add_type(*type, found);
  if (const json::array* all = type->if_array()) {
    for (const json::value& one : *all) add_type(one, found);
  }
}

void add_text(const json::object& object, JsonLd& found) {
  for (const std::string_view name : {"articleBody", "description", "text"}) {
    const std::string text = text_of(object, name);
    if (text.empty() || found.text.size() + text.size() > text_bytes_max) continue;
    found.text += text + '\n';
  }
}

void read_object(const json::object& object, JsonLd& found) {
  add_types(object, found);
  add_text(object, found);
  const bool article = object.contains("headline") || object.contains("datePublished");
  if (!article) return;
  fill(found.headline, text_of(object, "headline"));
  fill(found.published, text_of(object, "datePublished"));
  fill(found.modified, text_of(object, "dateModified"));
  if (const json::value* author = object.if_contains("author"))
    fill(found.author, author_of(*author));
}

}  // namespace

void read_json_ld(std::string_view script, JsonLd& found) {
  if (script.size() > script_bytes_max) return;
  json::parse_options options;
  options.max_depth = depth_max;
  options.allow_invalid_utf8 = false;
  boost::system::error_code error;
  const json::value root = json::parse({script.data(), script.size()}, error, {}, options);
  if (error) return;
  // Breadth first: the outermost article is the page's own.
  std::vector<const json::value*> queue{&root};
  for (std::size_t at = 0; at < queue.size() && at < objects_max; ++at) {
    if (const json::array* array = queue[at]->if_array()) {
      for (const json::value& one : *array) queue.push_back(&one);
    } else if (const json::object* object = queue[at]->if_object()) {
      read_object(*object, found);
      for (const auto& member : *object) {
        if (member.value().is_structured()) queue.push_back(&member.value());
      }
    }
  }
}

}  // namespace seekd::fetcher
