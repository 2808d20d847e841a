// RemoteCalls: the calls of an answer that another server streams, piece by piece.
//
// One answer, one thread. What a server sends is held to what a call is: pieces in order, a name, a
// JSON object of arguments at the end, an id that is its conversation's own.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fetcher/wire_upstream.h"
#include "model/model.h"
#include "policy/result.h"

namespace seekd::daemon {

class RemoteCalls {
 public:
  RemoteCalls(std::string upstream, const model::GenerateRequest& request);

  // What they add. Errors: corrupt (a call before those before it have begun, or without a name).
  Result<std::vector<model::ToolCallDelta>> take(const std::vector<fetcher::UpstreamCall>& pieces);

  // All of them. Errors: corrupt (arguments that are no JSON object).
  Result<std::vector<model::ToolCall>> finish();

 private:
  std::string id_of(const std::string& sent) const;
  std::unexpected<Error> refuse(const std::string& why) const;

  const std::string upstream_;
  std::vector<std::string> ids_;  // of the conversation so far
  std::vector<model::ToolCall> calls_;
};

}  // namespace seekd::daemon
