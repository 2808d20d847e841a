#include "daemon/calls_json.h"

#include <boost/json/object.hpp>

namespace seekd::daemon {

boost::json::array calls_json(const std::vector<model::ToolCall>& calls) {
  boost::json::array out;
  for (const model::ToolCall& call : calls) {
    out.push_back({{"id", call.id},
                   {"type", "function"},
                   {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  return out;
}

}  // namespace seekd::daemon
