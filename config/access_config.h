// Who may ask seekd, how they prove who they are, and how much each may have: [access], [tls] and
// [jwt].
//
// Plain values; any thread. config.h says where they are written.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/access.h"
#include "policy/address.h"
#include "policy/rights.h"

namespace seekd::config {

// Where HTTP without TLS is served.
enum class PlainHttp : std::uint8_t {
  loopback,      // on this host alone
  behind_proxy,  // on any address: what is before seekd has TLS, or the network is trusted
};

// Whose questions go first where not all can be worked on at once.
enum class CallerPriority : std::uint8_t {
  interactive,
  background,  // behind the others, and yet never starved
};

// Of one caller. 0: no limit.
struct CallerLimits {
  std::size_t requests_per_minute = 0;
  std::size_t requests_burst = 10;     // at once, where the caller has been quiet
  std::size_t tokens_per_minute = 0;   // read and written by the model
  std::size_t fetches_per_minute = 0;  // pages through the door
  std::size_t requests_at_once = 0;    // that are being answered

  bool operator==(const CallerLimits&) const = default;
};

// Who a caller is known by, what he may do, and how much of it.
struct CallerConfig {
  std::string name;
  std::optional<policy::Subject> account;  // on the unix socket
  std::string certificate;                 // a name that a client's certificate has
  std::vector<std::string> roles;          // where his key or his token names none
  std::vector<std::string> sites;          // hosts, as SiteRule's; empty: all
  std::vector<std::string> sites_denied;   // likewise; wins
  std::vector<std::string> collections;    // of those that he may read; empty: all of them
  std::optional<CallerPriority> priority;
  std::optional<std::size_t> share;  // of the model, beside other callers' 1; [1, 1000]
  std::optional<std::size_t> requests_per_minute;
  std::optional<std::size_t> requests_burst;
  std::optional<std::size_t> tokens_per_minute;
  std::optional<std::size_t> fetches_per_minute;
  std::optional<std::size_t> requests_at_once;

  bool operator==(const CallerConfig&) const = default;
};

struct AccessConfig {
  // Of local accounts on the unix socket that no table names; root and seekd's own are admin.
  std::vector<std::string> socket_roles = {"reader", "operator"};
  // Of callers on loopback, as long as there is nothing that a caller could be known by.
  std::vector<std::string> loopback_roles = {"reader", "auditor"};
  std::filesystem::path keys_file;              // of API keys; "" = none
  std::vector<policy::AddressRange> addresses;  // that callers may have; empty: all
  PlainHttp plain_http = PlainHttp::loopback;
  CallerLimits limits;  // of callers whose table says nothing else
  std::vector<policy::Role> roles;
  std::vector<CallerConfig> callers;

  bool operator==(const AccessConfig&) const = default;
};

// What a client's certificate is for.
enum class ClientCertificates : std::uint8_t {
  accepted,  // who shows one is known by it
  required,  // nobody is served without
};

struct TlsConfig {
  std::filesystem::path certificate;  // PEM, the chain after it; "" = plain HTTP
  std::filesystem::path key;          // PEM
  std::filesystem::path client_ca;    // PEM, who signs clients' certificates; "" = none are asked
  ClientCertificates client_certificates = ClientCertificates::accepted;

  bool operator==(const TlsConfig&) const = default;
};

enum class JwtAlgorithm : std::uint8_t { hs256, rs256, es256 };
std::string_view to_string(JwtAlgorithm algorithm);  // "HS256", as RFC 7518 §3.1 names it

// JSON Web Tokens (RFC 7519) that prove who a caller is.
struct JwtConfig {
  std::vector<JwtAlgorithm> algorithms;  // that are believed; empty: no tokens are
  std::filesystem::path secret_file;     // of HS256
  std::filesystem::path keys_file;       // of the others: PEM, or a JWK set (RFC 7517)
  std::string issuer;                    // that a token must name; "" = any
  std::string audience;                  // that a token must be for
  std::chrono::seconds leeway{60};       // clocks may differ by it
  std::string name_claim = "sub";        // who the caller is
  std::string roles_claim = "roles";     // a list, or words with spaces between them

  bool operator==(const JwtConfig&) const = default;
};

}  // namespace seekd::config
