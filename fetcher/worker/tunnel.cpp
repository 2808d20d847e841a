#include "fetcher/worker/tunnel.h"

#include <cerrno>
#include <chrono>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <poll.h>
#include <unistd.h>

namespace seekd::fetcher {
namespace {

using policy::EgressReason;
using Clock = std::chrono::steady_clock;

WorkerReply failed(EgressReason reason, std::string message) {
  WorkerReply reply;
  reply.reason = reason;
  reply.message = std::move(message);
  return reply;
}

std::string base64(const std::string& text) {
  std::string coded((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  coded.resize(static_cast<std::size_t>(size));
  return coded;
}

std::string request_of(const WorkerJob& job) {
  const std::string authority = fmt::format("{}:{}", job.url.host, job.url.port);
  std::string request = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\n",
                                    authority, authority, job.user_agent);
  if (!job.proxy_credential.empty()) {
    request += "Proxy-Authorization: Basic " + base64(job.proxy_credential) + "\r\n";
  }
  return request + "\r\n";
}

// False: the time is over.
bool wait_for(int connection, short event, Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  pollfd ready{connection, event, 0};
  return left.count() > 0 && poll(&ready, 1, static_cast<int>(left.count())) > 0;
}

// read() or write() of `bytes`, and how many that were: 0 at the end, on an error and when the time
// is over. The connection does not block.
template <class Call>
std::size_t transferred(Call call, int connection, short event, Clock::time_point until) {
  while (true) {
    const ssize_t count = call();
    if (count >= 0) return static_cast<std::size_t>(count);
    const bool again = errno == EAGAIN || errno == EINTR;
    if (!again || !wait_for(connection, event, until)) return 0;
  }
}

bool send(int connection, std::string_view bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    const std::size_t sent = transferred(
        [&] { return write(connection, bytes.data(), bytes.size()); }, connection, POLLOUT, until);
    if (sent == 0) return false;
    bytes.remove_prefix(sent);
  }
  return true;
}

// Byte by byte: what follows the head is the server's, and another worker's to read.
std::string read_head(int connection, Clock::time_point until) {
  std::string head;
  while (head.size() < tunnel_head_bytes_max && !head.ends_with("\r\n\r\n")) {
    char byte = 0;
    if (transferred([&] { return read(connection, &byte, 1); }, connection, POLLIN, until) == 0) {
      break;
    }
    head += byte;
  }
  return head;
}

// RFC 9112 §4: "HTTP/1.1 200 …". 0: it is no status line, or the head does not end.
unsigned status_of(std::string_view head) {
  constexpr std::string_view version = "HTTP/1.";
  constexpr std::size_t digits_at = version.size() + 2;
  if (!head.ends_with("\r\n\r\n") || !head.starts_with(version) || head.size() < digits_at + 4 ||
      head[digits_at - 1] != ' ') {
    return 0;
  }
  const char after = head[digits_at + 3];
  if (after != ' ' && after != '\r') return 0;
  unsigned status = 0;
  for (const char c : head.substr(digits_at, 3)) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + static_cast<unsigned>(c - '0');
  }
  return status;
}

WorkerReply reply_of(unsigned status) {
  if (status >= 200 && status < 300) {
    WorkerReply reply;
    reply.kind = WorkerReplyKind::tunnel;
    return reply;
  }
  const std::string said = fmt::format("the proxy answered CONNECT with status {}", status);
  if (status == 407) {
    return failed(EgressReason::proxy_unauthorized,
                  said + ": it wants other credentials (fetcher.proxy_credentials)");
  }
  const bool refuses = status >= 400 && status < 500;
  return failed(refuses ? EgressReason::address_denied : EgressReason::connect_failed, said);
}

}  // namespace

WorkerReply open_tunnel(const WorkerJob& job, const Descriptor& connection) {
  const auto until = Clock::now() + std::chrono::milliseconds(job.time_ms_max);
  if (!send(connection.get(), request_of(job), until)) {
    return failed(EgressReason::connect_failed, "the proxy takes no CONNECT");
  }
  const std::string head = read_head(connection.get(), until);
  const unsigned status = status_of(head);
  if (status != 0) return reply_of(status);
  if (Clock::now() >= until) {
    return failed(EgressReason::timeout, "the proxy did not answer CONNECT in time");
  }
  return failed(EgressReason::connect_failed, "the proxy's answer to CONNECT is not HTTP");
}

}  // namespace seekd::fetcher
