// McpSessions: who speaks the Model Context Protocol with seekd, by which version, and which of his
// tool calls are running. A session is what joins a cancellation to the call that it is about; it
// proves nothing: each request says anew who asks.
//
// All functions are called on the I/O thread; `now` is an argument. Nothing is kept across a
// restart: a session that is not known is 404, and its client begins another, as the protocol says.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/access/caller.h"

namespace seekd::daemon {

class McpSession {
 public:
  McpSession(std::string owner, std::string version)
      : owner_(std::move(owner)), version_(std::move(version)) {}

  // That was agreed upon.
  const std::string& version() const { return version_; }

  // `id`: of the request, as JSON. `cancel` is called at most once, until left(). Of two calls with
  // one id, which a client must not make, the later can be cancelled.
  void entered(const std::string& id, std::function<void()> cancel);
  void left(const std::string& id);
  void cancel(const std::string& id);
  void cancel_all();

 private:
  friend class McpSessions;

  std::string owner_;
  std::string version_;
  std::map<std::string, std::function<void()>> running_;
  std::chrono::steady_clock::time_point used_;
};

class McpSessions {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t count_max = 1000;
  static constexpr std::size_t of_caller_max = 100;
  static constexpr std::chrono::hours idle_max{1};

  // A new one under `id`. Those that nobody has used for `idle_max` go; of more than
  // `of_caller_max` of one caller, and of more than `count_max`, the one that was used longest ago.
  std::shared_ptr<McpSession> begin(std::string id, const Caller& caller, std::string version,
                                    Time now);

  // nullptr: there is none of that id, or it is another caller's.
  std::shared_ptr<McpSession> find(std::string_view id, const Caller& caller, Time now);

  // Its running calls are cancelled. REQUIRES: find() has it.
  void end(std::string_view id);

 private:
  void forget_idle(Time now);
  // Of all, or of one owner where there are as many as `most`.
  void forget_oldest(std::size_t most, const std::string* owner);

  std::map<std::string, std::shared_ptr<McpSession>, std::less<>> sessions_;
};

}  // namespace seekd::daemon
