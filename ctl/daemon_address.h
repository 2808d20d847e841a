// DaemonAddress: where seekd is asked: behind its unix socket on this host, or under a URL.
//
// Pure; any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"
#include "policy/url.h"

namespace seekd::ctl {

// PEM files of an https:// server; "" for none.
struct TlsFiles {
  std::filesystem::path authorities;  // who is believed about the server; "" = who the host trusts
  std::filesystem::path certificate;  // that the client shows, the chain after it
  std::filesystem::path key;          // of `certificate`
};

struct DaemonAddress {
  std::filesystem::path socket;    // where there is no `url`
  std::optional<policy::Url> url;  // its target is "/"
  TlsFiles tls;

  bool is_tls() const { return url && url->scheme == "https"; }
  std::string text() const;  // as messages call it
};

// Errors: invalid_argument, for what is no URL of a server, for http:// to another host, which
// everybody on the way could read, and for files of TLS that go with no https://.
Result<DaemonAddress> address_of_server(std::string_view url, TlsFiles tls);

}  // namespace seekd::ctl
