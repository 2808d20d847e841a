#include "tests/daemon/served_daemon.h"

#include <cstring>
#include <future>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cache/rocks_page_cache.h"
#include "daemon/api/routes.h"

namespace seekd::daemon {
namespace {

constexpr int patience_ms = 10'000;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "seekd-test.XXXXXX").native();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::filesystem::remove_all(path_);
}

config::Config test_config(const TemporaryFolder& folder) {
  config::Config config;
  config.daemon.socket = folder / "seekd.sock";
  config.daemon.http_listen = "";
  config.daemon.request_bytes_max = 64 << 10;
  config.fetcher.socket = folder / "fetcher.sock";
  config.cache.directory = folder / "cache";
  return config;
}

Client::Client(const std::filesystem::path& socket)
    : descriptor_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, socket.c_str());
  REQUIRE(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

Client::~Client() {
  close(descriptor_);
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the daemon has closed; what it said is read by read_reply()
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Client::send_request(std::string_view method, std::string_view target, std::string_view body,
                          std::string_view headers) {
  send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: seekd\r\n" +
       "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" +
       std::string(body));
}

void Client::stop_sending() {
  shutdown(descriptor_, SHUT_WR);
}

bool Client::fill() {
  pollfd wait{descriptor_, POLLIN, 0};
  if (poll(&wait, 1, patience_ms) <= 0) return false;
  char bytes[4096];
  const ssize_t got = recv(descriptor_, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::string Client::take(std::size_t bytes) {
  while (buffer_.size() < bytes && fill()) {
  }
  std::string taken = buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  return taken;
}

bool Client::wait_for(std::string_view text) {
  while (!buffer_.contains(text)) {
    if (!fill()) return false;
  }
  return true;
}

Client::Reply Client::read_header() {
  if (!wait_for("\r\n\r\n")) return {};
  Reply reply;
  reply.header = lower(take(buffer_.find("\r\n\r\n") + 4));
  reply.status = std::stoi(reply.header.substr(9, 3));
  return reply;
}

Client::Reply Client::read_reply() {
  Reply reply = read_header();
  if (const auto at = reply.header.find("content-length: "); at != std::string::npos) {
    reply.body = take(std::stoul(reply.header.substr(at + 16)));
    return reply;
  }
  while (reply.header.contains("chunked")) {
    while (!buffer_.contains("\r\n") && fill()) {
    }
    const std::size_t size = std::stoul(take(buffer_.find("\r\n") + 2), nullptr, 16);
    reply.body += take(size + 2).substr(0, size);
    if (size == 0) return reply;
  }
  while (fill()) {
  }
  reply.body = std::exchange(buffer_, "");
  return reply;
}

bool Client::closed() {
  return buffer_.empty() && !fill() && [&] {
    char byte = 0;
    return recv(descriptor_, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
  }();
}

ServedDaemon::ServedDaemon(std::unique_ptr<ScriptedModel> model) : config_(test_config(folder_)) {
  start(std::move(model));
}

ServedDaemon::ServedDaemon(config::Config config, std::unique_ptr<ScriptedModel> model,
                           std::size_t at_model)
    : config_(std::move(config)) {
  const config::Config places = test_config(folder_);
  config_.daemon.socket = places.daemon.socket;
  config_.daemon.http_listen = "";
  config_.fetcher.socket = places.fetcher.socket;
  config_.cache.directory = places.cache.directory;
  start(std::move(model), at_model);
}

void ServedDaemon::start(std::unique_ptr<ScriptedModel> model, std::size_t at_model) {
  scripted_ = model.get();
  auto collections = Collections::create(config_.collections, geteuid());
  REQUIRE(collections);
  collections_ = std::make_unique<Collections>(std::move(*collections));
  auto sockets = open_listen_sockets(config_.daemon);
  REQUIRE(sockets);
  auto access = AccessControl::create(config_, *sockets);
  REQUIRE(access);
  access_ = std::make_unique<AccessControl>(*std::move(access));
  auto cache = cache::open_rocks_page_cache(config_.cache, wall_clock());
  REQUIRE(cache);
  cache_ = std::move(*cache);
  const auto executor = io_.get_executor();
  clock_ = std::make_unique<PageClock>(*cache_->clock_mark());
  async_cache_ = std::make_unique<AsyncCache>(executor, *cache_, *clock_);
  fetcher_ = std::make_unique<fetcher::FetcherClient>(executor, config_.fetcher.socket,
                                                      config_.fetcher.reply_bytes_max);
  workers_ = std::make_unique<Workers>(executor, 2);
  auto audit_log = audit::Log::open(config_);
  REQUIRE(audit_log);
  auditor_ = std::make_unique<Auditor>(executor, *workers_, config_, *std::move(audit_log));
  std::promise<void> loaded;
  auto held = std::make_shared<std::unique_ptr<ScriptedModel>>(std::move(model));
  config_.model.path = "/models/scripted";
  const std::filesystem::path history = ModelHistory::file_of(config_);
  versions_ = std::make_unique<ModelVersions>(
      executor, config_.model, history, ModelHistory(),
      ModelVersions::Ways{[](config::ModelConfig&) -> Status { return {}; },
                          [held](const config::ModelConfig&,
                                 const model::LoadWatch&) -> Result<std::shared_ptr<model::Model>> {
                            if (!*held)
                              return fail(ErrorCode::not_found, "there is one model here");
                            return std::move(*held);
                          }},
      [] {});
  runner_ = std::make_unique<ModelRunner>(
      executor, at_model,
      [this](const model::LoadWatch& watch) { return versions_->load_first(watch); },
      [this, &loaded] {
        versions_->started(*runner_);
        loaded.set_value();
      });
  auto route_callers = ModelRoutes::callers_of(config_.routes);
  REQUIRE(route_callers);
  routes_ = std::make_unique<ModelRoutes>(executor, config_, *std::move(route_callers), *runner_);
  admission_ = std::make_unique<Admission>(
      config_.daemon.questions_running_max, config_.daemon.queue_max + at_model,
      [this] { return runner_->waiting() + runner_->running(); });
  flights_ = std::make_unique<PageFlights>(executor, *async_cache_, *fetcher_, config_, metrics_);
  pages_ = std::make_unique<PageUpdater>(*async_cache_, *flights_);
  answers_ = std::make_unique<AnswerDesk>(config_.answer.cache_bytes);
  refresher_ = std::make_unique<Refresher>(executor, *async_cache_, *pages_, config_.refresh,
                                           metrics_, *auditor_, *load_watches(*cache_));
  gpus_ = std::make_unique<GpuWatch>(executor, nullptr);
  services_ = std::make_unique<Services>(
      Services{executor,    config_,     *async_cache_, *workers_,
               *fetcher_,   *runner_,    *versions_,    *routes_,
               *admission_, metrics_,    *flights_,     *pages_,
               *answers_,   *refresher_, *collections_, access_->identities(),
               limits_,     *auditor_,   mcp_sessions_, *gpus_,
               wall_clock()});
  metrics_.name_model("scripted");
  listener_ = std::make_unique<Listener>(
      executor, config_.daemon, Listener::Entrance{*access_, metrics_},
      [this](const std::shared_ptr<Exchange>& exchange) { route(*services_, exchange); });
  REQUIRE(listener_->start(std::move(*sockets)));
  asker_ = std::make_unique<QuestionAsker>(*services_);
  refresher_->start(*asker_);
  thread_ = std::thread([this] {
    const auto work = boost::asio::make_work_guard(io_);
    io_.run();
  });
  loaded.get_future().wait();
}

void ServedDaemon::stop() {
  std::promise<void> ended;
  boost::asio::post(io_, [&] { listener_->stop([&] { ended.set_value(); }); });
  ended.get_future().wait();
}

void ServedDaemon::stop_refreshing() {
  boost::asio::post(io_, [this] { refresher_->stop(); });
}

ServedDaemon::~ServedDaemon() {
  boost::asio::post(io_, [this] { listener_->close_sessions(); });
  boost::asio::post(io_, [this] { io_.stop(); });
  thread_.join();
}

Client::Reply ServedDaemon::request(std::string_view method, std::string_view target,
                                    std::string_view body) {
  Client caller(socket());
  caller.send_request(method, target, body);
  return caller.read_reply();
}

}  // namespace seekd::daemon
