// The daemon around a scripted model: a real cache in a folder of its own, a real unix socket, no
// fetcher behind its socket. And a caller that writes bytes as it likes.

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "daemon/answer/answer_desk.h"
#include "daemon/listener.h"
#include "daemon/mcp/sessions.h"
#include "daemon/services.h"
#include "daemon/standing/question_asker.h"
#include "tests/daemon/scripted_model.h"

namespace seekd::daemon {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

config::Config test_config(const TemporaryFolder& folder);

// One connection; what is read is kept until it is asked for.
class Client {
 public:
  explicit Client(const std::filesystem::path& socket);
  ~Client();
  Client(const Client&) = delete;

  void send(std::string_view bytes);
  void send_request(std::string_view method, std::string_view target, std::string_view body = "",
                    std::string_view headers = "");
  void stop_sending();  // half-close

  struct Reply {
    int status = 0;  // 0: the connection ended before a reply
    std::string header;
    std::string body;
    boost::json::object json() const { return boost::json::parse(body).as_object(); }
  };
  // Of a HEAD: no content follows, whatever its length.
  Reply read_header();
  // True once what came in holds `text`; nothing of it is taken.
  bool wait_for(std::string_view text);
  // By Content-Length or chunks. Gives up after ten seconds without a byte.
  Reply read_reply();
  // True when the other side has closed and nothing is left to read.
  bool closed();

 private:
  bool fill();
  std::string take(std::size_t bytes);

  int descriptor_;
  std::string buffer_;
};

class ServedDaemon {
 public:
  explicit ServedDaemon(std::unique_ptr<ScriptedModel> model);
  // `at_model`: answers that the model writes at once.
  ServedDaemon(config::Config config, std::unique_ptr<ScriptedModel> model,
               std::size_t at_model = 1);
  ~ServedDaemon();

  std::filesystem::path socket() const { return config_.daemon.socket; }
  // Nobody listens there but whom the test puts behind it.
  std::filesystem::path fetcher_socket() const { return config_.fetcher.socket; }
  ScriptedModel& model() { return *scripted_; }

  // As SIGTERM does; returns when the last session has ended.
  void stop();
  // The first thing that it does then.
  void stop_refreshing();

  Client::Reply request(std::string_view method, std::string_view target,
                        std::string_view body = "");

 private:
  void start(std::unique_ptr<ScriptedModel> model, std::size_t at_model = 1);

  TemporaryFolder folder_;
  config::Config config_;
  ScriptedModel* scripted_ = nullptr;
  std::unique_ptr<Collections> collections_;
  std::unique_ptr<AccessControl> access_;
  Limits limits_;
  std::unique_ptr<cache::PageCache> cache_;
  boost::asio::io_context io_;
  std::unique_ptr<PageClock> clock_;
  std::unique_ptr<AsyncCache> async_cache_;
  std::unique_ptr<fetcher::FetcherClient> fetcher_;
  std::unique_ptr<ModelVersions> versions_;
  std::unique_ptr<ModelRunner> runner_;
  std::unique_ptr<ModelRoutes> routes_;
  std::unique_ptr<Auditor> auditor_;
  McpSessions mcp_sessions_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Admission> admission_;
  Metrics metrics_;
  std::unique_ptr<GpuWatch> gpus_;
  std::unique_ptr<PageFlights> flights_;
  std::unique_ptr<PageUpdater> pages_;
  std::unique_ptr<AnswerDesk> answers_;
  std::unique_ptr<Refresher> refresher_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<QuestionAsker> asker_;
  std::unique_ptr<Listener> listener_;
  std::thread thread_;
};

}  // namespace seekd::daemon
