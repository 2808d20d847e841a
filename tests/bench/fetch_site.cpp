#include "tests/bench/fetch_site.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

namespace seekd::bench {
namespace {

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool known = bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(probe);
  if (!known) give_up("no free port on loopback");
  return ntohs(address.sin_port);
}

}  // namespace

void write_file(const std::filesystem::path& path, const std::string& text) {
  if (!(std::ofstream(path) << text)) give_up("cannot write '" + path.native() + "'");
}

void wait_for(const std::function<bool()>& condition, const std::string& what) {
  constexpr std::chrono::seconds patience{15};
  constexpr std::chrono::milliseconds pause{20};
  const auto start = std::chrono::steady_clock::now();
  while (!condition()) {
    if (std::chrono::steady_clock::now() - start > patience) give_up("waited in vain for " + what);
    std::this_thread::sleep_for(pause);
  }
}

FetchSite::FetchSite(const std::string& article, std::size_t at_once) : port_(free_port()) {
  std::string name = std::filesystem::temp_directory_path() / "seekd-bench.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) give_up("cannot make a temporary folder");
  folder_ = name;
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
       "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
       "-keyout", folder_ / "site.key", "-out", certificate()});
  write_file(folder_ / "article.html", article);
  write_file(folder_ / "nginx.conf", nginx_configuration());
  write_file(configuration(), door_configuration(at_once));
  nginx_ = Child({"nginx", "-e", folder_ / "nginx.log", "-c", folder_ / "nginx.conf"},
                 folder_ / "nginx.log");
  wait_for([this] { return std::filesystem::exists(folder_ / "nginx.pid") || nginx_.has_ended(); },
           "nginx");
}

FetchSite::~FetchSite() {
  nginx_.end();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string FetchSite::url(std::size_t page) const {
  return fmt::format("https://localhost:{}/page/{}", port_, page);
}

std::string FetchSite::nginx_configuration() const {
  return fmt::format(
      R"(daemon off; {2} pid {0}/nginx.pid; worker_processes 1; error_log {0}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  types {{ text/html html; }} charset utf-8; access_log off; keepalive_requests 100000;
  client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
  ssl_certificate {0}/site.pem; ssl_certificate_key {0}/site.key;
  server {{
    listen 127.0.0.1:{1} ssl backlog=1024; listen [::1]:{1} ssl backlog=1024; root {0};
    location /page/ {{ rewrite ^ /article.html break; }}
    location = /robots.txt {{ return 404; }}
  }}
}})",
      folder_.native(), port_, geteuid() == 0 ? "user root;" : "");
}

std::string FetchSite::door_configuration(std::size_t at_once) const {
  std::string text = fmt::format(R"([fetcher]
socket = "{0}/fetcher.sock"
ca_file = "{0}/site.pem"
per_host_max = {2}
[egress]
allow = ["https://localhost:{1}"]
)",
                                 folder_.native(), port_, at_once);
  for (const char* address : {"127.0.0.1", "::1"}) {
    text += fmt::format(
        "[[egress.exception]]\naddress = \"{}\"\nport = {}\nreason = \"the benchmark's server\"\n",
        address, port_);
  }
  return text;
}

}  // namespace seekd::bench
