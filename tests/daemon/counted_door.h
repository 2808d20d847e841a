// The daemon's side of a door that counts who asks: a real unix socket that answers POST /fetch as
// the test says, and no web behind it.

#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "fetcher/wire.h"

namespace seekd::daemon {

class CountedDoor {
 public:
  using Answer = std::function<fetcher::FetchReply(const fetcher::FetchRequest&)>;

  CountedDoor(const std::filesystem::path& socket, Answer answer);
  ~CountedDoor();
  CountedDoor(const CountedDoor&) = delete;

  // Until open() nobody is answered.
  void hold();
  void open();

  int asked() const { return asked_; }
  int left() const { return left_; }  // who went before he was answered

 private:
  void accept();
  void serve(boost::asio::local::stream_protocol::socket peer);

  const Answer answer_;
  boost::asio::io_context io_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::atomic<int> asked_ = 0;
  std::atomic<int> left_ = 0;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> held_ = false;
  std::vector<std::thread> peers_;
  std::thread thread_;
};

// A page of the web with that text, as the fetcher would send it now.
fetcher::FetchReply page_reply(const fetcher::FetchRequest& request, std::string text);
// 304.
fetcher::FetchReply confirming_reply(const fetcher::FetchRequest& request);

}  // namespace seekd::daemon
