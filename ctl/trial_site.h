// TrialSite: a web server of the caller's own (nginx) on loopback, with TLS, for measurements of
// what seekd makes of pages. It ends with the object.
//
// One thread. Its port is the kernel's choice, bound before nginx starts and handed to it, so that
// no other program can take it in between. The authority of its certificate is made for it alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "ctl/child_process.h"
#include "policy/result.h"

namespace seekd::ctl {

class TrialSite {
 public:
  // Everything of it stands below `folder`, which is there. Errors: io; unavailable (nginx or
  // openssl is not installed, or failed).
  static Result<TrialSite> start(const std::filesystem::path& folder);

  enum class Age : std::uint8_t {
    old,  // last modified a day ago
    now,
  };
  // Puts a copy of `source` where url_of(page) is served. Errors: io.
  Status put(std::string_view page, const std::filesystem::path& source, Age age) const;

  std::string url_of(std::string_view page) const;
  std::uint16_t port() const { return port_; }
  std::filesystem::path authority() const { return folder_ / "ca.pem"; }

  // Requests for pages so far, those answered 304 included; robots.txt is none.
  std::size_t requests() const;

 private:
  TrialSite(std::filesystem::path folder, std::uint16_t port, ChildProcess nginx);

  std::filesystem::path folder_;
  std::uint16_t port_;
  ChildProcess nginx_;
};

}  // namespace seekd::ctl
