#include "config/rule_index.h"

namespace seekd::config {
namespace {

using policy::RuleEffect;
using policy::SiteRule;

// No host, scheme or path holds a space.
std::string key_of(std::string_view host, std::string_view scheme, std::uint16_t port,
                   std::string_view path) {
  std::string key(host);
  return key.append(" ").append(scheme).append(" ").append(std::to_string(port)).append(path);
}

// "/a/b" is covered by "/a/b", "/a/", "/a" and "/": paths match by whole segments.
std::vector<std::string_view> covering_paths(std::string_view path) {
  std::vector<std::string_view> paths{path};
  for (std::size_t slash = path.find('/'); slash < path.size(); slash = path.find('/', slash + 1)) {
    if (slash > 0) paths.push_back(path.substr(0, slash));
    if (slash + 1 < path.size()) paths.push_back(path.substr(0, slash + 1));
  }
  return paths;
}

}  // namespace

std::vector<std::string> covering_hosts(std::string_view host) {
  std::vector<std::string> hosts{std::string(host)};
  if (host == ".") return hosts;
  if (!host.starts_with('.')) hosts.push_back('.' + std::string(host));
  for (std::size_t dot = host.find('.', 1); dot < host.size(); dot = host.find('.', dot + 1)) {
    hosts.emplace_back(host.substr(dot));
  }
  hosts.emplace_back(".");
  return hosts;
}

HostIndex::HostIndex(std::span<const SiteRule> rules) {
  for (const SiteRule& rule : rules) {
    if (!named_.insert(rule.host).second) continue;
    for (std::string& host : covering_hosts(rule.host)) above_.insert(std::move(host));
  }
}

bool HostIndex::meets(std::string_view host) const {
  if (above_.contains(host)) return true;
  for (const std::string& covering : covering_hosts(host)) {
    if (named_.contains(covering)) return true;
  }
  return false;
}

RuleIndex::RuleIndex(std::span<const SiteRule> rules, RuleEffect effect) : effect_(effect) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const SiteRule& rule = rules[i];
    const bool opens = effect == RuleEffect::opens;
    rules_.try_emplace(key_of(rule.host, opens ? policy::opened_scheme(rule) : rule.scheme,
                              opens ? policy::opened_port(rule) : rule.port, rule.path_prefix),
                       i);
  }
}

RuleIndex::Wanted RuleIndex::covering(const SiteRule& inner) const {
  Wanted wanted{covering_hosts(inner.host),
                {std::string(policy::opened_scheme(inner))},
                {policy::opened_port(inner)},
                inner.path_prefix};
  if (effect_ == RuleEffect::closes) {  // what it leaves unsaid is all
    wanted.schemes.emplace_back();
    wanted.ports.push_back(0);
  }
  return wanted;
}

std::optional<std::size_t> RuleIndex::first(const Wanted& wanted,
                                            std::optional<std::size_t> but_not) const {
  std::optional<std::size_t> first;
  const auto take = [&](const std::string& key) {
    const auto found = rules_.find(key);
    if (found == rules_.end() || found->second == but_not) return;
    if (!first || found->second < *first) first = found->second;
  };
  for (const std::string_view path : covering_paths(wanted.path)) {
    for (const std::string& host : wanted.hosts) {
      for (const std::string& scheme : wanted.schemes) {
        for (const std::uint16_t port : wanted.ports) take(key_of(host, scheme, port, path));
      }
    }
  }
  return first;
}

}  // namespace seekd::config
