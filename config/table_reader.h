// [[tables]] with a row for each key: what reads it, and where it goes.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong".

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/scalar_readers.h"
#include "config/value.h"
#include "policy/quoted.h"
#include "policy/result.h"

namespace seekd::config {

template <class Table>
struct Key {
  std::string_view name;
  Status (*set)(Table&, const Value&);
};

template <class T>
Status assign(T& target, auto read) {
  if (!read) return std::unexpected(std::move(read.error()));
  target = *std::move(read);
  return {};
}

template <class T>
Result<std::vector<T>> read_each(const Value& value, Result<T> (*read)(const Value&)) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<T> all;
  for (const Value& element : *list) {
    Result<T> one = read(element);
    if (!one) return std::unexpected(std::move(one.error()));
    all.push_back(*std::move(one));
  }
  return all;
}

// At most `most` of them.
template <class Table>
Result<std::vector<Table>> read_tables(const Value& value, std::size_t most,
                                       Result<Table> (*read)(const Value&)) {
  const auto* list = std::get_if<std::vector<Value>>(&value.data);
  if (list != nullptr && list->size() > most) {
    return refuse(value, "more than " + std::to_string(most) + " tables");
  }
  return read_each<Table>(value, read);
}

// A table with keys of `keys` and no others.
template <class Table, std::size_t size>
Result<Table> read_table(const Value& element, const std::array<Key<Table>, size>& keys) {
  const auto* fields = std::get_if<std::vector<Field>>(&element.data);
  if (fields == nullptr) return refuse(element, describe(element) + " is not a table");
  Table table;
  for (const Field& field : *fields) {
    const auto key = std::ranges::find(keys, field.key, &Key<Table>::name);
    if (key == keys.end()) {
      std::string known;
      for (const auto& each : keys) known += (known.empty() ? "" : ", ") + std::string(each.name);
      return refuse(field.value,
                    policy::quoted(field.key) + " is unknown here (known: " + known + ')');
    }
    if (const Status set = key->set(table, field.value); !set) return std::unexpected(set.error());
  }
  return table;
}

}  // namespace seekd::config
