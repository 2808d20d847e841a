// Result<T>: how every fallible function of seekd answers.
//
// An Error carries a code that a program can branch on and one sentence that a person can act on:
// it names the input and the remedy. Absence is not an error: a function that may find nothing
// returns Result<std::optional<T>>. Plain values, no shared state: any thread may use them.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace seekd {

enum class ErrorCode : std::uint8_t {
  invalid_argument,  // the caller's input is wrong; the message names the field
  too_large,         // the input is over a limit; the message names the limit
  not_found,         // something that had to be there is not (a file, a socket, a model)
  unsupported,       // understood, and not served by this version
  corrupt,           // stored bytes or a model file contradict themselves
  version_mismatch,  // stored by another version of seekd
  io,                // the operating system refused or failed
  unavailable,       // a peer (fetcher, daemon) is not there or broke off; trying again may help
  busy,              // a queue or a lock is full or held; trying again later helps
  timeout,           // a deadline passed
  cancelled,         // the caller took the request back
  internal,          // a bug of ours or a library's failure that has no better name
};

// The stable name that logs, replies and `--json` print: "invalid_argument", …
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace seekd
