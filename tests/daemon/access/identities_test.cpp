#include "daemon/access/identities.h"

#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using policy::Right;
using Kind = policy::Subject::Kind;

constexpr uid_t owner = 900;
constexpr TimePoint noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h};

const Connection over_tcp{.transport = Transport::tcp, .account = {}, .certificate_names = {}};

Connection from(uid_t uid, std::vector<gid_t> groups = {}) {
  return {.transport = Transport::unix_socket,
          .account = {uid, std::move(groups)},
          .certificate_names = {}};
}

std::string key_number(std::uint8_t number) {
  std::array<std::uint8_t, policy::key_bytes> random{};
  random.fill(number);
  return policy::api_key_text(random);
}

std::string line_of(const std::string& name, std::uint8_t number, std::vector<std::string> roles,
                    std::optional<std::chrono::sys_days> last_day = std::nullopt) {
  return policy::to_line(
             {name, *policy::hash_of_api_key(key_number(number)), std::move(roles), last_day}) +
         '\n';
}

class Keys {
 public:
  explicit Keys(const std::string& lines, mode_t mode = 0640) {
    std::ofstream(file()) << lines;
    chmod(file().c_str(), mode);
  }
  std::filesystem::path file() const { return folder_ / "keys"; }
  config::Config config() const {
    config::Config config;
    config.access.keys_file = file();
    return config;
  }

 private:
  TemporaryFolder folder_;
};

Identities loaded(const config::Config& config) {
  auto identities = Identities::load(config, owner);
  if (!identities) FAIL(identities.error().message);
  return *std::move(identities);
}

std::string code(const std::expected<Caller, ApiError>& who) {
  return who ? "" : who.error().code;
}

TEST_CASE("without anything configured loopback is nobody, and what he sends is not looked at") {
  const Identities identities = loaded({});
  CHECK_FALSE(identities.known_by_proof());
  for (const char* authorization : {"", "Bearer sk-anything", "Basic x"}) {
    const auto who = identities.identify(over_tcp, authorization, noon);
    REQUIRE(who);
    CHECK(who->name.empty());
    CHECK(who->rights.has(Right::ask));
    CHECK(who->rights.has(Right::observe));
    CHECK_FALSE(who->rights.has(Right::forget));
    CHECK_FALSE(who->rights.has(Right::import));
  }
}

TEST_CASE("root and seekd's own account may everything, others what socket_roles say") {
  config::Config config;
  config.access.socket_roles = {"auditor"};
  const Identities identities = loaded(config);
  for (const uid_t uid : {uid_t{0}, owner}) {
    CHECK(identities.identify(from(uid), "", noon)->rights == policy::Rights::all());
  }
  const auto other = identities.identify(from(1001), "", noon);
  CHECK(other->name == "uid:1001");
  CHECK(other->rights == policy::Rights{Right::observe, Right::review});
  const Connection unknown{
      .transport = Transport::unix_socket, .account = {}, .certificate_names = {}};
  CHECK(identities.identify(unknown, "", noon)->rights ==
        policy::Rights{Right::observe, Right::review});
}

TEST_CASE("a key says who asks, on TCP and on the socket, and wins over the account") {
  const Keys keys(line_of("grafana", 1, {"auditor"}) + line_of("alice", 2, {"reader"}));
  const Identities identities = loaded(keys.config());
  for (const Connection& connection : {over_tcp, from(0), from(1001)}) {
    const auto who = identities.identify(connection, "Bearer " + key_number(1), noon);
    REQUIRE(who);
    CHECK(who->name == "grafana");
    CHECK_FALSE(who->account.uid);
    CHECK(who->rights == policy::Rights{Right::observe, Right::review});
  }
  CHECK(identities.identify(over_tcp, "bearer  " + key_number(2), noon)->name == "alice");
}

TEST_CASE("who has no key, or a wrong one, is nobody; on the socket too") {
  const Keys keys(line_of("grafana", 1, {"auditor"}));
  const Identities identities = loaded(keys.config());
  CHECK(code(identities.identify(over_tcp, "", noon)) == "missing_api_key");
  for (const std::string& authorization :
       {"Bearer " + key_number(2), "Bearer " + key_number(1) + "0", std::string("Bearer "),
        std::string("Bearer"), std::string("Basic Z3JhZmFuYTp4"), key_number(1),
        std::string("Bearer a.b.c"), "Bearer seekd_" + std::string(100'000, '0')}) {
    INFO(authorization.substr(0, 100));
    CHECK(code(identities.identify(over_tcp, authorization, noon)) == "invalid_api_key");
    CHECK(code(identities.identify(from(0), authorization, noon)) == "invalid_api_key");
  }
}

TEST_CASE("a key is good until its last day is over") {
  const auto today = std::chrono::floor<std::chrono::days>(noon);
  const Keys keys(line_of("a", 1, {"reader"}, today) +
                  line_of("b", 2, {"reader"}, today - std::chrono::days(1)));
  const Identities identities = loaded(keys.config());
  CHECK(identities.identify(over_tcp, "Bearer " + key_number(1), noon));
  CHECK(code(identities.identify(over_tcp, "Bearer " + key_number(1), noon + 12h)) ==
        "expired_api_key");
  CHECK(code(identities.identify(over_tcp, "Bearer " + key_number(2), noon)) == "expired_api_key");
}

TEST_CASE("a table gives a key its terms, and an account its name and roles") {
  const Keys keys(line_of("alice", 1, {"auditor"}));
  config::Config config = keys.config();
  config.access.limits.tokens_per_minute = 7;
  config::CallerConfig alice;
  alice.name = "alice";
  alice.roles = {"reader"};
  alice.account = policy::Subject{Kind::gid, 50, ""};
  alice.requests_per_minute = 60;
  config.access.callers = {alice};
  const Identities identities = loaded(config);
  const auto by_key = identities.identify(over_tcp, "Bearer " + key_number(1), noon);
  CHECK(by_key->roles == std::vector<std::string>{"auditor"});
  CHECK(by_key->terms->limits.requests_per_minute == 60);
  CHECK(by_key->terms->limits.tokens_per_minute == 7);
  const auto by_account = identities.identify(from(1001, {50}), "", noon);
  CHECK(by_account->name == "alice");
  CHECK(by_account->account.uid == uid_t{1001});
  CHECK(by_account->rights.has(Right::ask));
  CHECK_FALSE(by_account->rights.has(Right::observe));
  CHECK(identities.identify(from(1002), "", noon)->name == "uid:1002");
}

TEST_CASE("a certificate's name is looked for in the tables, and none of them is nobody") {
  config::Config config;
  config.tls.client_ca = "/ca.pem";
  config::CallerConfig table;
  table.name = "proxy";
  table.certificate = "proxy.example.org";
  table.roles = {"reader"};
  config.access.callers = {table};
  const Identities identities = loaded(config);
  Connection shown = over_tcp;
  shown.certificate_names = {"other.example.org", "proxy.example.org"};
  CHECK(identities.identify(shown, "", noon)->name == "proxy");
  shown.certificate_names = {"xproxy.example.org"};
  CHECK(code(identities.identify(shown, "", noon)) == "unknown_certificate");
  CHECK(code(identities.identify(over_tcp, "", noon)) == "missing_api_key");
}

TEST_CASE("roles of the configuration add to ours, and take the place of one of the same name") {
  config::Config config;
  config.access.roles = {{"curator", {Right::import}}, {"reader", {Right::search}}};
  config.access.socket_roles = {"reader", "curator"};
  const auto who = loaded(config).identify(from(1001), "", noon);
  CHECK(who->rights == policy::Rights{Right::search, Right::import});
}

TEST_CASE("a file that others could have written, or with a role that there is not, is refused") {
  const auto refusal = [](const Keys& keys) {
    const auto identities = Identities::load(keys.config(), owner);
    return identities ? "" : identities.error().message;
  };
  CHECK(refusal(Keys(line_of("a", 1, {"reader"}))).empty());
  CHECK(refusal(Keys("", 0666)).contains("written by others"));
  CHECK(refusal(Keys("", 0660)).contains("written by others"));
  CHECK(refusal(Keys(line_of("a", 1, {"raeder"}))).contains("\"raeder\""));
  CHECK(refusal(Keys("hello")).contains("line 1"));
  config::Config absent;
  absent.access.keys_file = "/nowhere/keys";
  CHECK(Identities::load(absent, owner).error().code == ErrorCode::not_found);
}

TEST_CASE("addresses are let in by the list, and all without one") {
  config::Config config;
  const auto address = *policy::parse_address("192.0.2.7");
  CHECK(loaded(config).admits(address));
  config.access.addresses = {*policy::parse_address_range("198.51.100.0/24")};
  CHECK_FALSE(loaded(config).admits(address));
  CHECK(loaded(config).admits(*policy::parse_address("198.51.100.9")));
  CHECK(loaded(config).admits(*policy::parse_address("::ffff:198.51.100.9")));
}

TEST_CASE("who was here once is known again, as what he is now") {
  const Keys keys(line_of("ci", 1, {"operator"}) +
                  line_of("old", 2, {"admin"}, std::chrono::floor<std::chrono::days>(noon)));
  const Identities identities = loaded(keys.config());
  const auto by_key = [](const std::string& name) {
    return CallerMark{.known_by = KnownBy::key, .name = name, .account = {}, .roles = {"admin"}};
  };
  const auto ci = identities.recall(by_key("ci"), noon);
  REQUIRE(ci);
  CHECK(ci->roles == std::vector<std::string>{"operator"});
  CHECK(identities.recall(by_key("old"), noon));
  CHECK_FALSE(identities.recall(by_key("old"), noon + 24h));
  CHECK_FALSE(identities.recall(by_key("revoked"), noon));
  // No tokens are believed, no certificates are asked for, and nobody is served unknown.
  for (const KnownBy by : {KnownBy::token, KnownBy::certificate, KnownBy::nothing}) {
    CHECK_FALSE(identities.recall({by, "ci", {}, {"admin"}}, noon));
  }
  const auto account = identities.identify(from(1001, {100}), "", noon);
  REQUIRE(account);
  const auto again = identities.recall(mark_of(*account), noon);
  REQUIRE(again);
  CHECK(again->account.groups == std::vector<gid_t>{100});
  CHECK(same_caller(mark_of(*again), mark_of(*account)));
  CHECK_FALSE(same_caller(mark_of(*again), by_key("ci")));
}

}  // namespace
}  // namespace seekd::daemon
