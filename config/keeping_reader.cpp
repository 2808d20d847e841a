#include "config/keeping_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "config/egress_readers.h"
#include "config/scalar_readers.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

using namespace std::chrono_literals;
using policy::KeepingRule;

constexpr std::chrono::milliseconds century = 36500 * 24h;

template <std::optional<std::chrono::seconds> KeepingRule::* Member>
Status set_duration(KeepingRule& rule, const Value& value, std::chrono::milliseconds least) {
  const auto duration = read_duration(value, {least, century});
  if (!duration) return std::unexpected(duration.error());
  rule.*Member = std::chrono::floor<std::chrono::seconds>(*duration);
  return {};
}

struct RuleKey {
  std::string_view name;
  Status (*set)(KeepingRule&, const Value&);
};

// The limits are those of the keys in [cache] that each of them overrides.
constexpr std::array rule_keys{
    RuleKey{"host",
            [](KeepingRule& rule, const Value& value) -> Status {
              Result<std::string> host = read_host(value);
              if (!host) return std::unexpected(std::move(host.error()));
              rule.host = *std::move(host);
              return {};
            }},
    RuleKey{"retention",
            [](KeepingRule& rule, const Value& value) {
              return set_duration<&KeepingRule::retention>(rule, value, 1s);
            }},
    RuleKey{"freshness_default",
            [](KeepingRule& rule, const Value& value) {
              return set_duration<&KeepingRule::freshness_default>(rule, value, 0s);
            }},
    RuleKey{"freshness_min",
            [](KeepingRule& rule, const Value& value) {
              return set_duration<&KeepingRule::freshness_min>(rule, value, 0s);
            }},
    RuleKey{"freshness_max",
            [](KeepingRule& rule, const Value& value) {
              return set_duration<&KeepingRule::freshness_max>(rule, value, 0s);
            }},
    RuleKey{"versions_max",
            [](KeepingRule& rule, const Value& value) -> Status {
              const Result<std::uint64_t> count = read_count(value, {0, 10'000});
              if (!count) return std::unexpected(count.error());
              rule.versions_max = static_cast<std::uint32_t>(*count);
              return {};
            }},
};

std::unexpected<Error> refuse_unknown(const Field& field) {
  std::string known;
  for (const RuleKey& key : rule_keys) known += (known.empty() ? "" : ", ") + std::string(key.name);
  return refuse(field.value, policy::quoted(field.key) + " is unknown here (known: " + known + ')');
}

Result<KeepingRule> read_rule(const Value& element) {
  const auto* fields = std::get_if<std::vector<Field>>(&element.data);
  if (fields == nullptr) return refuse(element, describe(element) + " is not a table");
  KeepingRule rule;
  for (const Field& field : *fields) {
    const auto* const key = std::ranges::find(rule_keys, field.key, &RuleKey::name);
    if (key == rule_keys.end()) return refuse_unknown(field);
    if (const Status set = key->set(rule, field.value); !set) return std::unexpected(set.error());
  }
  if (rule.host.empty()) return refuse(element, "the key host is missing");
  return rule;
}

}  // namespace

Result<std::vector<KeepingRule>> read_keeping_rules(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<KeepingRule> rules;
  for (const Value& element : *list) {
    Result<KeepingRule> rule = read_rule(element);
    if (!rule) return std::unexpected(std::move(rule.error()));
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace seekd::config
