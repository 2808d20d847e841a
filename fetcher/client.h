// FetcherClient: seekd's side of the door. One connection per request, on the caller's executor.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "fetcher/wire.h"
#include "fetcher/wire_notice.h"
#include "fetcher/wire_search.h"

namespace seekd::fetcher {

// Handle of a running fetch; destroying it does nothing, cancel() ends the fetch with
// ErrorCode::cancelled.
class FetchHandle {
 public:
  virtual ~FetchHandle() = default;
  virtual void cancel() = 0;
};

// Thread safety: call from the executor's thread or strand; the callback runs there, exactly once,
// never inside the call.
class FetcherClient {
 public:
  FetcherClient(boost::asio::any_io_executor executor, std::filesystem::path socket,
                std::size_t reply_bytes_max);

  // Errors: unavailable (no fetcher behind the socket; the message names it and the remedy),
  // timeout, too_large, cancelled.
  std::shared_ptr<FetchHandle> fetch(const FetchRequest& request, std::chrono::milliseconds timeout,
                                     std::function<void(Result<FetchReply>)> done);

  // As fetch().
  std::shared_ptr<FetchHandle> search(const SearchRequest& request,
                                      std::chrono::milliseconds timeout,
                                      std::function<void(Result<SearchReply>)> done);

  // As fetch(); the reply is its verdict alone.
  std::shared_ptr<FetchHandle> notify(const NoticeRequest& request,
                                      std::chrono::milliseconds timeout,
                                      std::function<void(Result<FetchReply>)> done);

  // What GET /status says, as JSON. Errors: as above.
  void status(std::chrono::milliseconds timeout, std::function<void(Result<std::string>)> done);
  // What the broker and a worker tried (broker/self_test.h), as JSON. Errors: as above.
  void self_test(std::chrono::milliseconds timeout, std::function<void(Result<std::string>)> done);

 private:
  boost::asio::any_io_executor executor_;
  std::filesystem::path socket_;
  std::size_t reply_bytes_max_;
};

}  // namespace seekd::fetcher
