// What must hold of every text: reading ends, what is accepted is canonical and read alike by
// libcurl, a name stays one, and what the door lets through is public and judged alike again.

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

EgressVerdict judge(std::string_view text, const EgressPolicy& policy) {
  return judge_url(text, Provenance::page_link, policy, seekd::fetcher::read_url);
}

// What the door lets through is a public name, read alike by both parsers, and its canonical text
// is judged as the text was.
void check_allowed(const Url& url, const EgressPolicy& policy) {
  check_canonical(url);
  require(host_kind(url.host) == HostKind::name);
  require(url.host.find('.') != std::string::npos);
  for (const std::string_view suffix :
       {".local", ".internal", ".localhost", ".home.arpa", ".lan"}) {
    require(!url.host.ends_with(suffix));
  }
  const EgressVerdict again = judge(url.text(), policy);
  require(again.allowed() && again.url == url);
}

void check_judged(std::string_view text) {
  const EgressPolicy policy;
  const EgressVerdict verdict = judge(text, policy);
  require(verdict.allowed() == verdict.url.has_value());
  require(verdict.allowed() == verdict.detail.empty());
  if (!verdict.allowed()) return;
  require(verdict.url->scheme == "https" && verdict.url->port == 443);
  check_allowed(*verdict.url, policy);
}

// A policy with rules opens what they name, and a deny list only ever closes.
void check_rules(std::string_view text) {
  EgressPolicy open;
  open.allow = {{"."}, {".", "/", "http"}, {".example.org", "/docs", "https", 8443}};
  const EgressVerdict verdict = judge(text, open);
  if (verdict.allowed()) {
    const Url& url = *verdict.url;
    require(url.port == (url.scheme == "https" ? 443 : 80) ||
            (url.port == 8443 && host_matches(".example.org", url.host) &&
             url.path().starts_with("/docs")));
    check_allowed(url, open);
  }
  EgressPolicy closed = open;
  closed.deny = {{".example.org", "/docs/private"}, {".", "/", "http", 80}};
  const EgressVerdict stricter = judge(text, closed);
  if (stricter.allowed()) require(verdict.allowed() && stricter.url->scheme == "https");
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
  check_rules(text);
  check_redirect(text);
  return 0;
}
