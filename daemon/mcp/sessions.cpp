#include "daemon/mcp/sessions.h"

#include <utility>

namespace seekd::daemon {
namespace {

// Accounts of one table are callers of one name.
std::string owner_of(const Caller& caller) {
  const auto& uid = caller.account.uid;
  return caller.name + (uid ? '/' + std::to_string(*uid) : "");
}

}  // namespace

void McpSession::entered(const std::string& id, std::function<void()> cancel) {
  running_[id] = std::move(cancel);
}

void McpSession::left(const std::string& id) {
  running_.erase(id);
}

void McpSession::cancel(const std::string& id) {
  auto found = running_.extract(id);
  if (!found.empty()) found.mapped()();
}

void McpSession::cancel_all() {
  for (const auto& [id, cancel] : std::exchange(running_, {})) cancel();
}

std::shared_ptr<McpSession> McpSessions::begin(std::string id, const Caller& caller,
                                               std::string version, Time now) {
  const std::string owner = owner_of(caller);
  forget_idle(now);
  forget_oldest(of_caller_max, &owner);
  forget_oldest(count_max, nullptr);
  auto session = std::make_shared<McpSession>(owner, std::move(version));
  session->used_ = now;
  sessions_.insert_or_assign(std::move(id), session);
  return session;
}

std::shared_ptr<McpSession> McpSessions::find(std::string_view id, const Caller& caller, Time now) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second->owner_ != owner_of(caller)) return nullptr;
  found->second->used_ = now;
  return found->second;
}

void McpSessions::end(std::string_view id) {
  const auto found = sessions_.find(id);
  const auto session = found->second;
  sessions_.erase(found);
  session->cancel_all();
}

void McpSessions::forget_idle(Time now) {
  std::erase_if(sessions_, [&](const auto& entry) {
    return entry.second->running_.empty() && entry.second->used_ + idle_max < now;
  });
}

void McpSessions::forget_oldest(std::size_t most, const std::string* owner) {
  std::size_t count = 0;
  auto oldest = sessions_.end();
  for (auto entry = sessions_.begin(); entry != sessions_.end(); ++entry) {
    if (owner != nullptr && entry->second->owner_ != *owner) continue;
    ++count;
    if (oldest == sessions_.end() || entry->second->used_ < oldest->second->used_) oldest = entry;
  }
  if (count < most) return;
  const auto session = oldest->second;
  sessions_.erase(oldest);
  session->cancel_all();
}

}  // namespace seekd::daemon
