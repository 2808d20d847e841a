#include "ctl/trial_site.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetcher/sandbox/descriptor.h"

namespace seekd::ctl {
namespace {

using fetcher::Descriptor;

constexpr int backlog = 64;
constexpr std::chrono::seconds start_max{30};
constexpr std::chrono::milliseconds pause{20};

Result<Descriptor> listen_on_loopback(sockaddr_in& address) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* where = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (socket.get() < 0 || ::bind(socket.get(), where, size) != 0 ||
      ::listen(socket.get(), backlog) != 0 || ::getsockname(socket.get(), where, &size) != 0) {
    return fail(ErrorCode::io, std::string("cannot listen on loopback: ") + std::strerror(errno));
  }
  return socket;
}

Status make_certificates(const std::filesystem::path& folder) {
  const auto issue = [&](const std::string& name, std::vector<std::string> more) -> Status {
    ChildProcess::Command openssl{
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-keyout", folder / (name + ".key"), "-out",
         folder / (name + ".pem")},
        {}};
    openssl.words.insert(openssl.words.end(), more.begin(), more.end());
    auto made = ChildProcess::start(openssl, folder / "openssl.log");
    return made ? made->wait() : std::unexpected(std::move(made.error()));
  };
  if (Status made = issue("ca", {"-subj", "/CN=seekd trial"}); !made) return made;
  return issue("server", {"-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                          "-addext", "basicConstraints=critical,CA:FALSE", "-CA", folder / "ca.pem",
                          "-CAkey", folder / "ca.key"});
}

Status write_configuration(const std::filesystem::path& folder, std::uint16_t port) {
  const std::string here = folder.string();
  std::ofstream file(folder / "nginx.conf");
  if (::geteuid() == 0) file << "user root;\n";  // the folder is its maker's alone
  file << "daemon off;\nworker_processes 1;\nevents { worker_connections 64; }\n"
       << "pid " << here << "/nginx.pid;\nerror_log " << here << "/nginx.log;\n"
       << "http {\n  types { text/html html; text/plain txt; application/pdf pdf; }\n"
       << "  charset utf-8;\n  log_format path '$uri';\n  access_log " << here
       << "/requests.log path;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    file << "  " << kind << "_temp_path " << here << "/" << kind << ";\n";
  }
  file << "  server {\n    listen 127.0.0.1:" << port << " ssl;\n    server_name localhost;\n"
       << "    ssl_certificate " << here << "/server.pem;\n    ssl_certificate_key " << here
       << "/server.key;\n    root " << here << "/www;\n  }\n}\n";
  file.close();
  if (file) return {};
  return fail(ErrorCode::io, "cannot write '" + here + "/nginx.conf'");
}

}  // namespace

TrialSite::TrialSite(std::filesystem::path folder, std::uint16_t port, ChildProcess nginx)
    : folder_(std::move(folder)), port_(port), nginx_(std::move(nginx)) {}

Result<TrialSite> TrialSite::start(const std::filesystem::path& folder) {
  sockaddr_in address{};
  const auto socket = listen_on_loopback(address);
  if (!socket) return std::unexpected(socket.error());
  const std::uint16_t port = ntohs(address.sin_port);
  std::error_code error;
  std::filesystem::create_directory(folder / "www", error);
  if (Status made = make_certificates(folder); !made) return std::unexpected(made.error());
  if (Status made = write_configuration(folder, port); !made) return std::unexpected(made.error());
  // How nginx is told of sockets that are open already; it is made for its own upgrades.
  auto nginx =
      ChildProcess::start({{"nginx", "-e", folder / "nginx.log", "-c", folder / "nginx.conf"},
                           {"NGINX=" + std::to_string(socket->get()) + ";"},
                           socket->get()},
                          folder / "nginx.log");
  if (!nginx) return std::unexpected(std::move(nginx.error()));
  const auto end = std::chrono::steady_clock::now() + start_max;
  while (!std::filesystem::exists(folder / "nginx.pid", error)) {
    if (nginx->has_ended()) return std::unexpected(nginx->failure());
    if (std::chrono::steady_clock::now() > end) {
      return fail(ErrorCode::timeout, "nginx has not started within 30 s");
    }
    std::this_thread::sleep_for(pause);
  }
  return TrialSite(folder, port, std::move(*nginx));
}

Status TrialSite::put(std::string_view page, const std::filesystem::path& source, Age age) const {
  namespace fs = std::filesystem;
  const fs::path target = folder_ / "www" / page;
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  fs::copy_file(source, target, fs::copy_options::overwrite_existing, error);
  if (error) {
    return fail(ErrorCode::io, "cannot serve '" + source.string() + "': " + error.message());
  }
  const auto modified =
      fs::file_time_type::clock::now() - std::chrono::hours(age == Age::old ? 24 : 0);
  fs::last_write_time(target, modified, error);
  return {};
}

std::string TrialSite::url_of(std::string_view page) const {
  return "https://localhost:" + std::to_string(port_) + "/" + std::string(page);
}

std::size_t TrialSite::requests() const {
  std::ifstream log(folder_ / "requests.log");
  std::size_t count = 0;
  for (std::string path; std::getline(log, path);) count += path == "/robots.txt" ? 0 : 1;
  return count;
}

}  // namespace seekd::ctl
