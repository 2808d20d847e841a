// McpBridge: lines of an assistant's to seekd, and seekd's messages to the assistant, a line each.
//
// take() and finish() are called by one thread; `emit` is called by several, one at a time.
// Requests run side by side, `requests_at_once` at most; a notification is passed on before the
// next line is taken, and one that cancels a request behind that request. No line is left without
// its answer.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/mcp_session.h"

namespace seekd::ctl {

class McpBridge {
 public:
  static constexpr std::size_t requests_at_once = 32;
  static constexpr std::size_t line_bytes_max = 4 << 20;

  // `emit`: a line for the assistant. `complain`: what has no request that it could answer.
  McpBridge(DaemonConnection seekd, std::function<void(std::string_view)> emit,
            std::function<void(const Error&)> complain);

  void take(std::string_view line);

  // Waits for what runs, and ends the session.
  void finish();

 private:
  // Of a request that runs.
  struct Running {
    bool sent = false;       // seekd has it
    bool cancelled = false;  // nobody waits for it
  };

  void begin(const McpMessage& message);
  void start(const McpMessage& message);
  void notify(const McpMessage& message);
  void run(const McpMessage& message, const std::string& key);
  void cancel(const std::string& id);
  void mark_sent(const std::string& key);
  bool is_cancelled(const std::string& key);
  void emit(std::string_view line);

  McpSession session_;
  const std::function<void(std::string_view)> emit_;
  const std::function<void(const Error&)> complain_;
  std::mutex emitting_;
  std::mutex mutex_;  // of running_
  std::condition_variable changed_;
  std::map<std::string, Running> running_;  // by the id as JSON
  std::size_t batches_ = 0;                 // taken so far; they have no id
  std::vector<std::future<void>> threads_;
};

}  // namespace seekd::ctl
