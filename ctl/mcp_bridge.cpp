#include "ctl/mcp_bridge.h"

#include <chrono>
#include <utility>

#include <boost/json.hpp>

namespace seekd::ctl {

namespace json = boost::json;

McpBridge::McpBridge(DaemonConnection seekd, std::function<void(std::string_view)> emit,
                     std::function<void(const Error&)> complain)
    : session_(std::move(seekd)), emit_(std::move(emit)), complain_(std::move(complain)) {}

void McpBridge::take(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == line.npos) return;
  if (line.size() > line_bytes_max) {
    return emit(
        mcp_error(nullptr, {ErrorCode::too_large, "a line of more than 4 MiB is not read"}));
  }
  const auto message = read_mcp_message(line);
  if (!message) return emit(message.error());
  if (message->kind == McpMessage::Kind::notification) return notify(*message);
  if (message->method == "initialize") return begin(*message);
  start(*message);
}

// What follows names the session that this begins.
void McpBridge::begin(const McpMessage& message) {
  threads_.clear();
  const Status begun =
      session_.begin(message, [this](const json::value& reply) { emit(json::serialize(reply)); });
  if (!begun) emit(mcp_error(message.id, begun.error()));
}

void McpBridge::notify(const McpMessage& message) {
  if (!message.cancels.empty()) cancel(message.cancels);
  // Only an error is answered to a notification: it says why it was not taken.
  const Status told = session_.post(message, {}, [this](const json::value& reply) {
    complain_({ErrorCode::invalid_argument, json::serialize(reply)});
  });
  if (!told) complain_(told.error());
}

// What is cancelled must be known to seekd first. A request that has ended is none.
void McpBridge::cancel(const std::string& id) {
  std::unique_lock lock(mutex_);
  const auto request = running_.find(id);
  if (request == running_.end()) return;
  request->second.cancelled = true;
  changed_.wait(lock, [&] { return !running_.contains(id) || running_.at(id).sent; });
}

void McpBridge::start(const McpMessage& message) {
  std::erase_if(threads_, [](const std::future<void>& thread) {
    return thread.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
  if (threads_.size() >= requests_at_once) {
    return emit(mcp_error(message.id, {ErrorCode::busy, "32 requests are running: wait for one"}));
  }
  const bool is_batch = message.kind == McpMessage::Kind::batch;
  std::string key = is_batch ? "batch " + std::to_string(++batches_) : json::serialize(message.id);
  {
    const std::scoped_lock lock(mutex_);
    if (!running_.emplace(key, Running()).second) {
      return emit(mcp_error(
          message.id, {ErrorCode::invalid_argument, "a request of this id is running already"}));
    }
  }
  threads_.push_back(
      std::async(std::launch::async, [this, message, key = std::move(key)] { run(message, key); }));
}

void McpBridge::run(const McpMessage& message, const std::string& key) {
  bool answered = false;
  const Status asked = session_.post(
      message, [&] { mark_sent(key); },
      [&](const json::value& reply) {
        const json::object* object = reply.if_object();
        answered = answered || object == nullptr || !object->contains("method");
        if (!is_cancelled(key)) emit(json::serialize(reply));
      });
  if (!answered && !is_cancelled(key)) {
    emit(mcp_error(message.id,
                   asked ? Error{ErrorCode::unavailable, "seekd ended its reply without an answer"}
                         : asked.error()));
  }
  const std::scoped_lock lock(mutex_);
  running_.erase(key);
  changed_.notify_all();
}

void McpBridge::mark_sent(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  running_.at(key).sent = true;
  changed_.notify_all();
}

bool McpBridge::is_cancelled(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  return running_.at(key).cancelled;
}

void McpBridge::emit(std::string_view line) {
  const std::scoped_lock lock(emitting_);
  emit_(line);
}

void McpBridge::finish() {
  threads_.clear();
  if (Status ended = session_.end(); !ended) complain_(ended.error());
}

}  // namespace seekd::ctl
