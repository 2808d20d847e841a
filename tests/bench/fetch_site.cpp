#include "tests/bench/fetch_site.h"

#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

namespace seekd::bench {
FetchSite::FetchSite(const std::string& article, std::size_t at_once) : port_(free_port()) {
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
      folder_.path().native(), port_, geteuid() == 0 ? "user root;" : "");
}

std::string FetchSite::door_configuration(std::size_t at_once) const {
  std::string text = fmt::format(R"([fetcher]
socket = "{0}/fetcher.sock"
ca_file = "{0}/site.pem"
per_host_max = {2}
[egress]
allow = ["https://localhost:{1}"]
)",
                                 folder_.path().native(), port_, at_once);
  for (const char* address : {"127.0.0.1", "::1"}) {
    text += fmt::format(
        "[[egress.exception]]\naddress = \"{}\"\nport = {}\nreason = \"the benchmark's server\"\n",
        address, port_);
  }
  return text;
}

}  // namespace seekd::bench
