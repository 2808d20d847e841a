// JsonReader: one JSON file being read, for where its errors come from; and fields of its objects.
//
// Pure; any thread. No exception of Boost.JSON leaves: a document that is none, or nests deeper
// than 32, is corrupt.

#pragma once

#include <string_view>

#include <boost/json.hpp>

#include "policy/result.h"

namespace seekd::model {

class JsonReader {
 public:
  // `source` names the file in errors. REQUIRES: it outlives this.
  explicit JsonReader(std::string_view source) : source_(source) {}

  // `memory` outlives the object.
  Result<boost::json::object> parse(std::string_view text, boost::json::storage_ptr memory) const;

  std::unexpected<Error> corrupt(std::string_view field, std::string_view what) const;

  // "… is not served"
  std::unexpected<Error> unsupported(std::string_view field, std::string_view what) const;

 private:
  std::unexpected<Error> refuse(ErrorCode code, std::string_view field,
                                std::string_view what) const;

  std::string_view source_;
};

// nullptr, an empty text or `absent` where there is no such field, or one of another type.
const boost::json::object* find_object(const boost::json::object& object, std::string_view key);
const boost::json::array* find_array(const boost::json::object& object, std::string_view key);
std::string_view find_text(const boost::json::object& object, std::string_view key);
bool find_flag(const boost::json::object& object, std::string_view key, bool absent);

}  // namespace seekd::model
