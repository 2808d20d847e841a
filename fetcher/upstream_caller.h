// UpstreamCaller: a request to a model of another server, through the door, for a thread that waits
// for its answer.
//
// Blocking; any thread, each call by itself. What comes is what a worker read in the server's
// reply, typed and bounded (wire_upstream.h): the broker sees none of it, nor of what is sent.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string_view>

#include "fetcher/wire.h"
#include "fetcher/wire_upstream.h"

namespace seekd::fetcher {

class UpstreamCaller {
 public:
  // Takes events as they come; an error ends the call with it.
  using Take = std::function<Status(UpstreamEvent)>;

  explicit UpstreamCaller(std::filesystem::path socket) : socket_(std::move(socket)) {}

  // The verdict, whatever it was; where it is `delivered`, all that the server said has been taken.
  // `body` is what a chat sends, "" with another path. Errors: cancelled (`stop` was requested; the
  // fetcher then breaks the request off), timeout (`time_max` has passed), unavailable (no fetcher
  // behind the socket; names it and the remedy), io, too_large, invalid_argument (the fetcher
  // refused the request itself, or a worker wrote no event), and what `take` answers.
  Result<FetchReply> call(UpstreamRequest request, std::string_view body, const Take& take,
                          const std::stop_token& stop, std::chrono::milliseconds time_max) const;

 private:
  std::filesystem::path socket_;
};

}  // namespace seekd::fetcher
