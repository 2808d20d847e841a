// Listener: takes connections on the listening sockets and keeps the sessions.
//
// All functions are called on the I/O thread. Over `connections_max` a connection's first request
// is answered 503 with Retry-After; a connection whose address may not ask (access.addresses) is
// answered 403 and closed, unread.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/config.h"
#include "daemon/access/access_control.h"
#include "daemon/listen_sockets.h"
#include "daemon/metrics/metrics.h"
#include "daemon/session.h"

namespace seekd::daemon {

class Listener {
 public:
  // Who may connect over TCP. REQUIRES: outlive the listener.
  struct Entrance {
    const AccessControl& access;
    Metrics& metrics;
  };

  Listener(boost::asio::any_io_executor executor, const config::DaemonConfig& config,
           Entrance entrance, Session::Handler handler);
  ~Listener();

  // Takes the sockets over and begins to accept. Errors: io.
  Status start(std::vector<ListenSocket> sockets);

  // Accepts no more; idle connections are closed. `ended` is called when the last session has: in
  // this call, or later.
  void stop(std::function<void()> ended);

  // What has not ended by then.
  void close_sessions();

 private:
  struct Door;  // one listening socket

  void accept(Door& door);
  void admit(Session::Socket socket, Transport transport);
  void begin(const std::shared_ptr<Session>& session);
  bool may_enter(const Session::Socket& socket) const;
  void closed(const Session* session);

  boost::asio::any_io_executor executor_;
  const config::DaemonConfig& config_;
  Entrance entrance_;
  Session::Handler handler_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  std::size_t turned_away_ = 0;  // of them
  std::function<void()> ended_;
};

}  // namespace seekd::daemon
