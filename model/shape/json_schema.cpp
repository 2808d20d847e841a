#include "model/shape/json_schema.h"

#include <string>
#include <utility>

#include <boost/json.hpp>

namespace seekd::model {
namespace {

constexpr std::size_t bytes_max = 256 << 10;

}  // namespace

SchemaResult<Grammar> compile_json_schema(const boost::json::value& schema, Strictness strictness) {
  std::string source = boost::json::serialize(schema);
  if (source.size() > bytes_max) {
    return std::unexpected(SchemaFault{ErrorCode::too_large, "", "is longer than 256 KiB"});
  }
  GrammarBuilder builder;
  SchemaWork work;
  const auto root = SchemaReader(builder, schema, strictness, work).read();
  if (!root) return std::unexpected(root.error());
  GrammarBuilder::Fault fault{};
  auto grammar = builder.finish(*root, std::move(source), fault);
  if (grammar) return std::move(*grammar);
  if (fault == GrammarBuilder::Fault::too_large) {
    return std::unexpected(
        SchemaFault{ErrorCode::too_large, "", "is too large: name less, or allow shorter texts"});
  }
  return std::unexpected(SchemaFault{ErrorCode::invalid_argument, "",
                                     "has no value, or none that is nested less than " +
                                         std::to_string(Grammar::depth_max) + " levels deep"});
}

}  // namespace seekd::model
