#include "config/routing_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "config/access_readers.h"
#include "config/collection_reader.h"
#include "config/table_reader.h"
#include "policy/collection.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

using namespace std::chrono_literals;
using policy::Upstream;

constexpr std::size_t upstreams_max = 64;
constexpr std::size_t routes_max = 256;
constexpr std::size_t model_name_bytes_max = 128;
constexpr std::uint64_t context_tokens_max = 16 << 20;

Result<std::string> read_upstream_name(const Value& value) {
  Result<std::string> name = read_text(value);
  if (name && (!policy::is_collection_name(*name) || *name == local_model)) {
    return refuse(value, policy::quoted(*name) +
                             " is no upstream's name: 1 to 64 lower-case letters, digits, '-' and "
                             "'_', but not \"local\"");
  }
  return name;
}

bool is_model_name(std::string_view text) {
  return !text.empty() && text.size() <= model_name_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

Result<std::string> read_model_name(const Value& value) {
  Result<std::string> name = read_text(value);
  if (name && !is_model_name(*name)) {
    return refuse(value, policy::quoted(*name) +
                             " is no model's name: 1 to 128 printable characters without spaces");
  }
  return name;
}

Result<std::string> read_route_name(const Value& value) {
  Result<std::string> name = read_model_name(value);
  if (name && *name == local_model) {
    return refuse(value, "\"local\" is the name of the local model; give the route another one");
  }
  return name;
}

Result<std::string> read_base(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return text;
  Result<std::string> base = policy::upstream_base(*text);
  if (!base) return refuse(value, base.error().message);
  return base;
}

using U = Upstream;
constexpr std::array upstream_keys{
    Key<U>{"name", [](U& u, const Value& v) { return assign(u.name, read_upstream_name(v)); }},
    Key<U>{"url", [](U& u, const Value& v) { return assign(u.url, read_base(v)); }},
    Key<U>{"key_file",
           [](U& u, const Value& v) { return assign(u.key_file, read_absolute_path(v)); }},
    Key<U>{"requests_max",
           [](U& u, const Value& v) { return assign(u.requests_max, read_count(v, {1, 256})); }},
    Key<U>{"stall_timeout",
           [](U& u, const Value& v) {
             return assign(u.stall_timeout, read_duration(v, {100ms, 1h}));
           }},
    Key<U>{"timeout",
           [](U& u, const Value& v) { return assign(u.timeout, read_duration(v, {100ms, 24h})); }},
};

// A key without TLS is read by whoever stands between; on this host nobody does.
Result<Upstream> read_upstream(const Value& element) {
  Result<Upstream> upstream = read_table(element, upstream_keys);
  if (!upstream) return upstream;
  if (upstream->name.empty()) return refuse(element, "the key name is missing");
  if (upstream->url.empty()) return refuse(element, "the key url is missing");
  const policy::Url url = policy::upstream_url(*upstream, policy::UpstreamPath::models);
  if (!upstream->key_file.empty() && url.scheme != "https" && url.host != "localhost") {
    return refuse(element,
                  "a key is sent over https alone, or to localhost; give a url that "
                  "begins so");
  }
  return upstream;
}

// "local", or "UPSTREAM/MODEL"; a model's name may have slashes, too.
Status set_target(RouteConfig& route, const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == local_model) return {};
  const std::size_t slash = text->find('/');
  route.upstream = text->substr(0, slash);
  route.model = slash == std::string::npos ? "" : text->substr(slash + 1);
  if (policy::is_collection_name(route.upstream) && is_model_name(route.model)) return {};
  return refuse(value, policy::quoted(*text) +
                           " is no target: \"local\", or \"UPSTREAM/MODEL\" with the name of an "
                           "[[upstream]] and of one of its models");
}

Result<PrivateData> read_private_data(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "mask") return PrivateData::mask;
  if (*text == "refuse") return PrivateData::refuse;
  if (*text == "send") return PrivateData::send;
  return refuse(value, policy::quoted(*text) + R"( is none of "mask", "refuse" and "send")");
}

Result<ModelTask> read_task(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "answer") return ModelTask::answer;
  if (*text == "judge") return ModelTask::judge;
  return refuse(value, policy::quoted(*text) + R"( is no task (known: answer, judge))");
}

using R = RouteConfig;
constexpr std::array route_keys{
    Key<R>{"name", [](R& r, const Value& v) { return assign(r.name, read_route_name(v)); }},
    Key<R>{"target", set_target},
    Key<R>{"backup", [](R& r, const Value& v) { return assign(r.backup, read_model_name(v)); }},
    Key<R>{"context_tokens",
           [](R& r, const Value& v) {
             return assign(r.context_tokens, read_count(v, {256, context_tokens_max}));
           }},
    Key<R>{"knowledge_cutoff",
           [](R& r, const Value& v) { return assign(r.knowledge_cutoff, read_month(v)); }},
    Key<R>{"thinks", [](R& r, const Value& v) { return assign(r.thinks, read_flag(v)); }},
    Key<R>{"collections",
           [](R& r, const Value& v) {
             return assign(r.collections, read_each(v, read_collection_name));
           }},
    Key<R>{"private_data",
           [](R& r, const Value& v) { return assign(r.private_data, read_private_data(v)); }},
    Key<R>{"tasks", [](R& r, const Value& v) { return assign(r.tasks, read_each(v, read_task)); }},
    Key<R>{"waiting_min",
           [](R& r, const Value& v) { return assign(r.waiting_min, read_count(v, {0, 65536})); }},
    Key<R>{"priority", [](R& r, const Value& v) { return assign(r.priority, read_priority(v)); }},
    Key<R>{"callers", [](R& r, const Value& v) { return assign(r.callers, read_subjects(v)); }},
};

Result<RouteConfig> read_route(const Value& element) {
  Result<RouteConfig> route = read_table(element, route_keys);
  if (!route) return route;
  if (route->name.empty()) return refuse(element, "the key name is missing");
  if (route->is_local()) {
    if (route->context_tokens == 0 && !route->knowledge_cutoff && !route->thinks) return route;
    return refuse(element,
                  "context_tokens, knowledge_cutoff and thinks are of an upstream's "
                  "model; the local one says them by itself");
  }
  if (route->context_tokens == 0) {
    return refuse(element,
                  "the key context_tokens is missing: prompt and answer together, as the "
                  "upstream's server allows them");
  }
  return route;
}

std::unexpected<Error> wrong(const Places& places, std::string_view option, std::size_t i,
                             std::string_view name, const std::string& why) {
  return fail(ErrorCode::invalid_argument, line_of(places, option, i) + ": " + std::string(option) +
                                               ' ' + policy::quoted(name) + ' ' + why);
}

template <class Table>
Status check_names(const std::vector<Table>& tables, std::string_view option,
                   const Places& places) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto before = std::ranges::find(tables, tables[i].name, &Table::name);
    const auto first = static_cast<std::size_t>(before - tables.begin());
    if (first == i) continue;
    return wrong(
        places, option, i, tables[i].name,
        "stands twice (" + line_of(places, option, first) + "); give each a name of its own");
  }
  return {};
}

// From backup to backup it ends somewhere, and everything on the way is there.
Status check_backups(const Config& config, std::size_t begin, const Places& places) {
  const std::vector<RouteConfig>& routes = config.routes;
  const RouteConfig* route = &routes[begin];
  for (std::size_t steps = 0; !route->backup.empty(); ++steps) {
    if (route->backup == local_model) {
      if (!route->is_local()) return {};
      return wrong(places, "route", begin, routes[begin].name,
                   "has the local model as its target and as its backup; name another backup");
    }
    const auto next = std::ranges::find(routes, route->backup, &RouteConfig::name);
    if (next == routes.end()) {
      return wrong(places, "route", begin, routes[begin].name,
                   "leads to the backup " + policy::quoted(route->backup) +
                       ", which is neither \"local\" nor a [[route]]");
    }
    if (steps >= routes.size()) {
      return wrong(places, "route", begin, routes[begin].name,
                   "leads from backup to backup in a circle; let one of them have none");
    }
    route = &*next;
  }
  return {};
}

}  // namespace

Result<std::vector<Upstream>> read_upstreams(const Value& value) {
  return read_tables<Upstream>(value, upstreams_max, read_upstream);
}

Result<std::vector<RouteConfig>> read_routes(const Value& value) {
  return read_tables<RouteConfig>(value, routes_max, read_route);
}

Status check_routing(const Config& config, const Places& places) {
  if (Status named = check_names(config.upstreams, "upstream", places); !named) return named;
  if (Status named = check_names(config.routes, "route", places); !named) return named;
  for (std::size_t i = 0; i < config.routes.size(); ++i) {
    const RouteConfig& route = config.routes[i];
    const bool is_there =
        route.is_local() || std::ranges::find(config.upstreams, route.upstream, &Upstream::name) !=
                                config.upstreams.end();
    if (!is_there) {
      return wrong(
          places, "route", i, route.name,
          "leads to " + policy::quoted(route.upstream) + ", which no [[upstream]] has for a name");
    }
    if (Status backed = check_backups(config, i, places); !backed) return backed;
  }
  return {};
}

}  // namespace seekd::config
