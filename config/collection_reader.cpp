#include "config/collection_reader.h"

#include <string>
#include <utility>

#include "config/scalar_readers.h"
#include "config/table_reader.h"
#include "policy/collection.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

Status set_subjects(std::optional<std::vector<policy::Subject>>& target, const Value& value) {
  Result<std::vector<policy::Subject>> subjects = read_subjects(value);
  if (!subjects) return std::unexpected(std::move(subjects.error()));
  target = *std::move(subjects);
  return {};
}

Result<CollectionConfig> read_collection(const Value& element) {
  const auto* fields = std::get_if<std::vector<Field>>(&element.data);
  if (fields == nullptr) return refuse(element, describe(element) + " is not a table");
  CollectionConfig collection;
  std::optional<std::vector<policy::Subject>> readers;
  std::optional<std::vector<policy::Subject>> writers;
  for (const Field& field : *fields) {
    Status set;
    if (field.key == "name") {
      set = assign(collection.name, read_collection_name(field.value));
    } else if (field.key == "readers") {
      set = set_subjects(readers, field.value);
    } else if (field.key == "writers") {
      set = set_subjects(writers, field.value);
    } else {
      return refuse(field.value,
                    policy::quoted(field.key) + " is unknown here (known: name, readers, writers)");
    }
    if (!set) return std::unexpected(std::move(set.error()));
  }
  if (collection.name.empty()) return refuse(element, "the key name is missing");
  if (!readers) {
    return refuse(element, R"(the key readers is missing: who may read it, ["everyone"] for all)");
  }
  collection.readers = *std::move(readers);
  const bool web = collection.name == policy::web_collection;
  collection.writers =
      std::move(writers).value_or(std::vector<policy::Subject>(web ? 1 : 0, policy::Subject{}));
  return collection;
}

}  // namespace

Result<std::string> read_collection_name(const Value& value) {
  Result<std::string> name = read_text(value);
  if (name && !policy::is_collection_name(*name)) {
    return refuse(value, policy::quoted(*name) +
                             " is no collection's name: 1 to 64 lower-case letters, digits, '-' "
                             "and '_'");
  }
  return name;
}

Result<std::vector<policy::Subject>> read_subjects(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<policy::Subject> subjects;
  for (const Value& element : *list) {
    const Result<std::string> text = read_text(element);
    if (!text) return std::unexpected(text.error());
    Result<policy::Subject> subject = policy::parse_subject(*text);
    if (!subject) return refuse(element, subject.error().message);
    subjects.push_back(*std::move(subject));
  }
  return subjects;
}

Result<std::vector<CollectionConfig>> read_collections(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<CollectionConfig> collections;
  for (const Value& element : *list) {
    Result<CollectionConfig> collection = read_collection(element);
    if (!collection) return std::unexpected(std::move(collection.error()));
    collections.push_back(*std::move(collection));
  }
  return collections;
}

}  // namespace seekd::config
