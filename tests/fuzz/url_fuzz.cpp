// What must hold of every text: reading ends, what is accepted is canonical and read alike by
// libcurl, and a name stays one.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fetcher/url_reader.h"
#include "policy/egress.h"
#include "policy/host.h"
#include "policy/url.h"

namespace {

using namespace seekd::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_canonical(const Url& url) {
  const seekd::Result<Url> again = parse_url(url.text());
  require(again && *again == url && again->text() == url.text());
  require(url.scheme == "http" || url.scheme == "https");
  require(url.port != 0 && url.text().size() <= url_bytes_max);
  require(url.target.starts_with('/') && url.origin() + url.target == url.text());
  require(url.path().find("/../") == std::string_view::npos && !url.path().ends_with("/.."));
  for (const unsigned char c : url.text()) require(c > 0x20 && c < 0x7F && c != '\\' && c != '#');
  require(canonical_host(url.host) == url.host);
  const seekd::Result<Url> second = seekd::fetcher::read_url(url.text());
  require(second && *second == url);
}

void check_judged(std::string_view text) {
  const EgressVerdict verdict =
      judge_url(text, Provenance::page_link, {}, seekd::fetcher::read_url);
  require(verdict.allowed() == verdict.url.has_value());
  require(verdict.allowed() == verdict.detail.empty());
  if (!verdict.allowed()) return;
  require(verdict.url->scheme == "https" && verdict.url->port == 443);
  require(host_kind(verdict.url->host) == HostKind::name);
  require(verdict.url->host.find('.') != std::string::npos);
}

void check_redirect(std::string_view location) {
  const Url from{.scheme = "https", .host = "example.org", .port = 443, .target = "/a/b?c"};
  const EgressVerdict verdict = judge_redirect(from, location, 1, {}, seekd::fetcher::read_url);
  if (verdict.allowed()) check_canonical(*verdict.url);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const seekd::Result<Url> url = parse_url(text)) check_canonical(*url);
  check_judged(text);
  check_redirect(text);
  return 0;
}
