#include "config/warnings.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "config/egress_conflicts.h"
#include "config/named_peers.h"
#include "config/quantity.h"
#include "config/search_warnings.h"

namespace seekd::config {
namespace {

using policy::Site;

constexpr std::string_view site_option = "egress.site";

// An exception so wide that the deny list hardly stands on its port.
bool is_wide(const policy::AddressRange& range) {
  const bool v4 = range.base.family == policy::IpAddress::Family::v4;
  return range.prefix_bits < (v4 ? 24 : 64);
}

void warn_of_openings(const Config& config, const Places& places, std::vector<std::string>& lines) {
  const auto& exceptions = config.egress.addresses.exceptions;
  for (std::size_t i = 0; i < exceptions.size(); ++i) {
    if (!is_wide(exceptions[i].range)) continue;
    lines.push_back(line_of(places, "egress.exception", i) + ": egress.exception " +
                    policy::to_string(exceptions[i].range) + " opens a whole network on port " +
                    std::to_string(exceptions[i].port) + "; name the addresses that are meant");
  }
  const auto& accepted = config.fetcher.accept_missing;
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    lines.push_back(line_of(places, "fetcher.accept_missing", i) +
                    ": fetcher.accept_missing names " + std::string(to_string(accepted[i])) +
                    ": on a kernel without it the programs are confined by less; remove it where "
                    "the kernel has it");
  }
}

// A proxy is reached by its written address, which the site's own additions to the deny list close.
void warn_of_closed_proxy(const policy::Route& route, const Config& config, const Places& places,
                          const std::string& where, std::vector<std::string>& lines) {
  if (!route.proxy) return;
  const auto& denied = config.egress.addresses.denied;
  for (std::size_t i = 0; i < denied.size(); ++i) {
    if (!denied[i].contains(route.proxy->address)) continue;
    lines.push_back(where + " is never reached: egress.denied_addresses " +
                    policy::to_string(denied[i]) + " (" +
                    line_of(places, "egress.denied_addresses", i) +
                    ") closes its address; remove one of them");
  }
}

void warn_of_site(const Site& site, const std::string& where, const Config& config,
                  const Places& places, std::vector<std::string>& lines) {
  const std::string begin = where + ": egress.site \"" + site.host + '"';
  if (site.robots == policy::RobotsUse::ignore) {
    lines.push_back(begin + ": its robots.txt is not asked (\"" + site.robots_reason +
                    "\"); be sure that this still holds");
  }
  if (site.concurrency.value_or(0) > config.fetcher.workers_max) {
    lines.push_back(begin + ": concurrency is more than fetcher.workers_max (" +
                    line_of(places, "fetcher.workers_max") + "), which holds; lower the first");
  }
  if (site.interval.value_or(std::chrono::milliseconds(0)) >= config.fetcher.transfer_timeout) {
    lines.push_back(begin + ": interval is not shorter than fetcher.transfer_timeout (" +
                    line_of(places, "fetcher.transfer_timeout") +
                    "): whoever comes second is refused (rate_limited), and told when to return");
  }
  const std::size_t wire = site.wire_bytes_max.value_or(config.fetcher.wire_bytes_max);
  const std::size_t decoded = site.decoded_bytes_max.value_or(config.fetcher.decoded_bytes_max);
  if (decoded < wire) {
    lines.push_back(begin + ": a body may be transferred with " + bytes_text(wire) +
                    " and decoded with less, " + bytes_text(decoded) +
                    " (fetcher.wire_bytes_max: " + line_of(places, "fetcher.wire_bytes_max") +
                    ", fetcher.decoded_bytes_max: " + line_of(places, "fetcher.decoded_bytes_max") +
                    "); write both in the table");
  }
  if (decoded > config.fetcher.worker_memory_max) {
    lines.push_back(begin + ": decoded_bytes_max is more than fetcher.worker_memory_max (" +
                    line_of(places, "fetcher.worker_memory_max") +
                    "): no worker could hold such a body; raise the second");
  }
  if (site.route) warn_of_closed_proxy(*site.route, config, places, begin + ": proxy", lines);
}

}  // namespace

std::vector<std::string> warnings(const Config& config, const Places& places) {
  std::vector<std::string> lines = egress_conflicts(config.egress, named_peers(config), places);
  for (std::size_t i = 0; i < config.egress.sites.size(); ++i) {
    warn_of_site(config.egress.sites[i], line_of(places, site_option, i), config, places, lines);
  }
  warn_of_closed_proxy(config.egress.route, config, places,
                       line_of(places, "egress.proxy") + ": egress.proxy", lines);
  warn_of_openings(config, places, lines);
  std::ranges::move(peer_warnings(config, places), std::back_inserter(lines));
  std::ranges::move(search_warnings(config, places), std::back_inserter(lines));
  return lines;
}

}  // namespace seekd::config
