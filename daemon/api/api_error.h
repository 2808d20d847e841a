// ApiError: what a caller is told when a request is not served, in the shape that OpenAI's clients
// read.
//
// Plain value; any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/exchange.h"
#include "policy/result.h"

namespace seekd::daemon {

struct ApiError {
  int status = 400;
  std::string code;     // a program branches on it: "unknown_field", "model_not_found"
  std::string message;  // one sentence
  std::string param;    // the field it is about: "messages[0].content"; "" when it is about none
  std::optional<std::chrono::seconds> retry_after;
};

// The status that fits the code; `param` stays empty.
ApiError to_api_error(const Error& error);

// {"error": {"message", "type", "param", "code"}}
HttpResponse to_response(const ApiError& error);

}  // namespace seekd::daemon
