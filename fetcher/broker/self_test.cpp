#include "fetcher/broker/self_test.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "fetcher/broker/tls_trials.h"
#include "fetcher/url_reader.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;
using policy::IpAddress;

// docs/egress.md, "Addresses that are never connected to"; a range of IPv6 for each reason why an
// address is denied, and what lies outside of 2000::/3.
constexpr const char* denied_ranges[] = {
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "169.254.169.254/32", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4", "::/96", "::1/128", "64:ff9b:1::/48", "100::/64", "5f00::/16", "2001::/23",
    "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "fc00::/7", "fe80::/10", "fec0::/10",
    "ff00::/8",
    // IPv4 in other clothes: mapped, NAT64, ISATAP.
    "::ffff:10.0.0.1/128", "::ffff:169.254.169.254/128", "64:ff9b::10.0.0.1/128",
    "2a00::5efe:10.0.0.1/128"};

constexpr const char* denied_urls[] = {"http://seekd-selftest.invalid/",
                                       "https://seekd-selftest.invalid/",
                                       "https://127.0.0.1/",
                                       "https://2130706433/",
                                       "https://0x7f.1/",
                                       "https://[::1]/",
                                       "https://[::ffff:10.0.0.1]/",
                                       "https://169.254.169.254/latest/meta-data/",
                                       "https://user@seekd.example/",
                                       "https://router/",
                                       "https://seekd.example\\@10.0.0.1/",
                                       "file:///etc/passwd",
                                       "https://seekd.example:22/"};

constexpr const char* denied_locations[] = {
    "http://seekd.example/",      "https://127.0.0.1/",   "//10.0.0.1/",       "https://[fe80::1]/",
    "https://metadata.internal/", "ftp://seekd.example/", "file:///etc/passwd"};

const policy::Url example_url{"https", "seekd.example", 443, "/"};

IpAddress last_of(const policy::AddressRange& range) {
  IpAddress last = range.base;
  const unsigned bits = last.family == IpAddress::Family::v4 ? 32 : 128;
  for (unsigned bit = range.prefix_bits; bit < bits; ++bit) {
    last.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80 >> (bit % 8));
  }
  return last;
}

Attempt judged(std::string what, const policy::EgressVerdict& verdict) {
  return {"policy", std::move(what), "refused", std::string(policy::to_string(verdict.reason)),
          !verdict.allowed()};
}

// `closed` is the policy without its exceptions: what only they open was opened by somebody.
Attempt try_address(const policy::Url& url, const IpAddress& address,
                    const policy::EgressPolicy& policy, const policy::EgressPolicy& closed,
                    std::span<const IpAddress> own) {
  const std::array<IpAddress, 1> addresses{address};
  Attempt attempt = judged("a name that leads to " + to_string(address),
                           policy::judge_addresses(url, addresses, policy, own));
  if (attempt.passed || policy::judge_addresses(url, addresses, closed, own).allowed()) {
    return attempt;
  }
  attempt.expected = "opened by an egress.exception";
  attempt.passed = true;
  return attempt;
}

// What a model is asked goes to its own server, and is not led on from there.
std::vector<Attempt> try_upstreams(const config::Config& config) {
  std::vector<Attempt> attempts;
  for (const policy::Upstream& upstream : config.upstreams) {
    const policy::EgressPolicy policy = policy::upstream_policy(config.egress, upstream);
    attempts.push_back(
        judged("a request to another server than that of upstream " + upstream.name,
               policy::judge_url(example_url.text(), policy::Provenance::model_request, policy,
                                 read_url)));
    const policy::Url url = policy::upstream_url(upstream, policy::UpstreamPath::chat_completions);
    attempts.push_back(judged("a redirect of upstream " + upstream.name,
                              policy::judge_redirect(url, "/", 1, policy, read_url)));
  }
  return attempts;
}

std::vector<Attempt> tried_of(const WorkerPool::Outcome& outcome) {
  const Attempt none{"worker", "a worker that reports", "a report",
                     outcome ? outcome->message : outcome.error().detail, false};
  boost::system::error_code error;
  const json::value lines = outcome ? json::parse(outcome->content, error) : json::value();
  const json::array* const array = error ? nullptr : lines.if_array();
  if (array == nullptr || array->empty()) return {none};
  std::vector<Attempt> attempts;
  for (const json::value& line : *array) {
    const auto* const object = line.if_object();
    const auto text = [&](const char* name) {
      const auto* const value = object != nullptr ? object->if_contains(name) : nullptr;
      return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
    };
    const auto* const passed = object != nullptr ? object->if_contains("passed") : nullptr;
    attempts.push_back({"worker", text("tried"), text("expected"), text("got"),
                        passed != nullptr && passed->is_bool() && passed->get_bool()});
  }
  return attempts;
}

// Its steps come one after the other; it lives in the callback that waits for the next.
class SelfTest : public std::enable_shared_from_this<SelfTest> {
 public:
  SelfTest(Door& door, std::function<void(std::string)> done)
      : door_(door), done_(std::move(done)) {}

  void start(std::vector<std::filesystem::path> hidden) {
    const config::Config& config = *door_.config;
    for (const auto* path : {&config.cache.directory, &config.model.path, &config.model.adapter,
                             &config.embedder.path}) {
      if (path->is_absolute()) hidden.push_back(*path);
    }
    hidden.insert(hidden.end(), {"/home", "/root"});
    add(try_as_broker(hidden));
    const auto own = door_.own_addresses.list();
    if (!own) add({{"broker", "its own addresses", "a list", own.error().message, false}});
    const std::vector<IpAddress> addresses = own ? *own : std::vector<IpAddress>();
    add(try_policy(config.egress, addresses));
    add(try_upstreams(config));
    run_connection_trials(door_, denied_connections(config.egress, addresses),
                          [self = shared_from_this()](std::vector<Attempt> attempts) {
                            self->add(std::move(attempts));
                            self->try_worker();
                          });
  }

 private:
  void try_worker() {
    WorkerJob job;
    job.kind = JobKind::self_test;
    door_.workers.run(Descriptor(), job,
                      [self = shared_from_this()](const WorkerPool::Outcome& outcome) {
                        self->add(tried_of(outcome));
                        self->try_tls();
                      });
  }

  void try_tls() {
    run_tls_trials(door_, [self = shared_from_this()](std::vector<Attempt> attempts) {
      self->add(std::move(attempts));
      self->report();
    });
  }

  void report() {
    done_(json::serialize(
        json::object{{"attempts", to_json(attempts_)},
                     {"passed", std::ranges::all_of(attempts_, &Attempt::passed)}}));
  }

  void add(std::vector<Attempt> attempts) {
    std::ranges::move(attempts, std::back_inserter(attempts_));
  }

  Door& door_;
  std::function<void(std::string)> done_;
  std::vector<Attempt> attempts_;
};

}  // namespace

std::vector<Attempt> try_policy(const policy::EgressPolicy& policy,
                                std::span<const IpAddress> own) {
  const policy::Url& url = example_url;
  policy::EgressPolicy closed = policy;
  closed.addresses.exceptions.clear();
  std::vector<Attempt> attempts;
  for (const char* text : denied_ranges) {
    const auto range = policy::parse_address_range(text);
    if (!range) {
      attempts.push_back({"policy", text, "a range", range.error().message, false});
      continue;
    }
    attempts.push_back(try_address(url, range->base, policy, closed, own));
    const IpAddress last = last_of(*range);
    if (last != range->base) attempts.push_back(try_address(url, last, policy, closed, own));
  }
  for (const IpAddress& address : own) {
    attempts.push_back(try_address(url, address, policy, closed, own));
  }
  for (const char* text : denied_urls) {
    attempts.push_back(
        judged(text, policy::judge_url(text, policy::Provenance::user, policy, read_url)));
  }
  for (const char* text : denied_locations) {
    attempts.push_back(judged(std::string("a redirect to ") + text,
                              policy::judge_redirect(url, text, 1, policy, read_url)));
  }
  return attempts;
}

std::vector<ConnectionTrial> denied_connections(const policy::EgressPolicy& policy,
                                                std::span<const IpAddress> own) {
  std::vector<ConnectionTrial> trials;
  const auto add = [&](const IpAddress& address, std::string range) {
    const std::array<IpAddress, 1> addresses{address};
    if (policy::judge_addresses(example_url, addresses, policy, own).allowed()) return;
    trials.push_back({address, std::move(range)});
  };
  for (const char* text : denied_ranges) {
    if (const auto range = policy::parse_address_range(text)) add(last_of(*range), text);
  }
  for (const IpAddress& address : own) add(address, "the host's own");
  return trials;
}

void run_self_test(Door& door, const std::vector<std::filesystem::path>& embedded_models,
                   std::function<void(std::string)> done) {
  std::make_shared<SelfTest>(door, std::move(done))->start(embedded_models);
}

}  // namespace seekd::fetcher
