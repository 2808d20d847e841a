#include "config/toml_reader.h"

#include <algorithm>
#include <string>

#include <toml++/toml.h>

#include "policy/quoted.h"

namespace seekd::config {
namespace {

struct Place {
  std::string_view file;
  std::string name;  // "section.key"
};

std::string file_line(std::string_view file, toml::source_index line) {
  return std::string(file) + ':' + std::to_string(line) + ": ";
}

std::vector<Value> elements(const toml::array& array, const Place& place);
std::vector<Field> fields(const toml::table& table, const Place& place);

Value to_value(const toml::node& node, const toml::source_region& source, const Place& place) {
  Value value{file_line(place.file, source.begin.line) + place.name, {}};
  if (const auto* flag = node.as_boolean()) value.data = flag->get();
  if (const auto* number = node.as_integer()) value.data = number->get();
  if (const auto* text = node.as_string()) value.data = text->get();
  if (const auto* array = node.as_array()) value.data = elements(*array, place);
  if (const auto* table = node.as_table()) value.data = fields(*table, place);
  return value;
}

std::vector<Value> elements(const toml::array& array, const Place& place) {
  std::vector<Value> values;
  for (const toml::node& node : array) values.push_back(to_value(node, node.source(), place));
  return values;
}

// toml++ keeps tables sorted by key; a person reads a file from its first line, and mends the first
// mistake first.
std::vector<toml::table::const_iterator> by_line(const toml::table& table) {
  std::vector<toml::table::const_iterator> entries;
  for (auto entry = table.begin(); entry != table.end(); ++entry) entries.push_back(entry);
  std::ranges::stable_sort(entries, {},
                           [](const auto& entry) { return entry->first.source().begin.line; });
  return entries;
}

std::vector<Field> fields(const toml::table& table, const Place& place) {
  std::vector<Field> result;
  for (const auto& entry : by_line(table)) {
    const toml::key& key = entry->first;
    result.push_back({std::string(key.str()), to_value(entry->second, key.source(), place)});
  }
  return result;
}

// Options are spelled in these alone. Any other key is shown in quotes, so that a dot or a line
// break within one is not mistaken for the dot between section and key, or for the end of a
// message.
std::string spelled(const toml::key& key) {
  const bool plain = key.str().find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
                     std::string_view::npos;
  return plain && !key.str().empty() ? std::string(key.str()) : policy::quoted(key.str());
}

std::vector<Field> settings(const toml::table& document, std::string_view file) {
  std::vector<Field> result;
  const auto add = [&](std::string name, const toml::key& key, const toml::node& node) {
    Value value = to_value(node, key.source(), {file, name});
    result.push_back({std::move(name), std::move(value)});
  };
  for (const auto& entry : by_line(document)) {
    const std::string section = spelled(entry->first);
    const toml::table* table = entry->second.as_table();
    if (table == nullptr || table->empty()) {
      add(section, entry->first, entry->second);
      continue;
    }
    for (const auto& setting : by_line(*table)) {
      add(section + '.' + spelled(setting->first), setting->first, setting->second);
    }
  }
  return result;
}

}  // namespace

Result<std::vector<Field>> read_toml(std::string_view text, std::string_view file) {
  if (text.size() > file_bytes_max) {
    return fail(ErrorCode::too_large,
                file_line(file, 1) + "the file is longer than 1 MiB; split it into drop-ins");
  }
  try {
    return settings(toml::parse(text, file), file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid_argument, file_line(file, error.source().begin.line) +
                                                 "not TOML: " + std::string(error.description()) +
                                                 "; mend this line");
  }
}

}  // namespace seekd::config
