#include "daemon/api/collection_fields.h"

#include <algorithm>
#include <string>

namespace seekd::daemon {
namespace {

constexpr std::size_t collections_max = 64;

ApiError no_collection(std::string_view name, std::string_view what, std::string_view param) {
  return {404, "collection_not_found",
          "there is no collection '" + std::string(name) + "' that you may " + std::string(what),
          std::string(param), std::nullopt};
}

}  // namespace

Scope read_collections(Fields& fields, const Scope& readable) {
  if (fields.any("collections") == nullptr) return readable;
  Scope scope{.collections = fields.texts("collections", collections_max), .restricted = {}};
  for (const std::string& name : scope.collections) {
    if (!readable.has(name)) fields.reject(no_collection(name, "read", "collections"));
    if (std::ranges::find(readable.restricted, name) != readable.restricted.end()) {
      scope.restricted.push_back(name);
    }
  }
  if (scope.collections.empty()) {
    fields.reject("collections", "invalid_value", "is empty: name one, or leave the field out");
  }
  return scope;
}

ApiError no_writable_collection(std::string_view name, std::string_view param) {
  return no_collection(
      name, "write to: its table [[collection]] in the configuration names its writers", param);
}

}  // namespace seekd::daemon
