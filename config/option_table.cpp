#include "config/option_table.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <type_traits>
#include <utility>

#include "config/access_readers.h"
#include "config/collection_reader.h"
#include "config/egress_readers.h"
#include "config/keeping_reader.h"
#include "config/privacy_readers.h"
#include "config/quantity.h"
#include "config/routing_reader.h"
#include "config/scalar_readers.h"
#include "config/search_reader.h"
#include "config/site_reader.h"
#include "config/webhook_reader.h"

namespace seekd::config {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

constexpr std::uint64_t KiB = 1 << 10;
constexpr std::uint64_t MiB = KiB << 10;
constexpr std::uint64_t GiB = MiB << 10;
constexpr Milliseconds day = 24h;
constexpr Milliseconds century = 36500 * day;

// The member that a path of member pointers leads to.
template <auto... Path>
auto& member(Config& config) {
  return (config.*....*Path);
}

// A row whose value `read` turns into the member's type or one that converts to it within the
// limits.
template <auto... Path>
Option row(std::string_view name, Shape shape, std::string expects, auto read) {
  return {name, shape, "", std::move(expects),
          [read](Config& config, const Value& value) -> Status {
            auto result = read(value);
            if (!result) return std::unexpected(std::move(result.error()));
            auto& target = member<Path...>(config);
            target = static_cast<std::remove_cvref_t<decltype(target)>>(std::move(*result));
            return {};
          }};
}

// Tables add to those of earlier files: a drop-in brings its own, and need not repeat the others.
template <auto... Path>
Option tables(std::string_view name, std::string expects, auto read) {
  return {name, Shape::tables, "", std::move(expects),
          [read](Config& config, const Value& value) -> Status {
            auto result = read(value);
            if (!result) return std::unexpected(std::move(result.error()));
            std::ranges::move(*result, std::back_inserter(member<Path...>(config)));
            return {};
          }};
}

Option limited(Option option, std::string limits) {
  option.expects += ", " + limits;
  option.limits = std::move(limits);
  return option;
}

template <auto... Path>
Option count(std::string_view name, std::uint64_t least, std::uint64_t most) {
  const auto read = [=](const Value& value) { return read_count(value, {least, most}); };
  return limited(row<Path...>(name, Shape::integer, "a whole number", read),
                 std::to_string(least) + " to " + std::to_string(most));
}

template <auto... Path>
Option bytes(std::string_view name, std::uint64_t least, std::uint64_t most) {
  const auto read = [=](const Value& value) { return read_bytes(value, {least, most}); };
  return limited(row<Path...>(name, Shape::text, "a size such as \"4MiB\"", read),
                 bytes_text(least) + " to " + bytes_text(most));
}

template <auto... Path>
Option duration(std::string_view name, Milliseconds least, Milliseconds most) {
  using Target = std::remove_cvref_t<decltype(member<Path...>(std::declval<Config&>()))>;
  const auto read = [=](const Value& value) -> Result<Target> {
    const Result<Milliseconds> milliseconds = read_duration(value, {least, most});
    if (!milliseconds) return std::unexpected(milliseconds.error());
    const auto target = std::chrono::duration_cast<Target>(*milliseconds);
    if (target != *milliseconds) return refuse(value, describe(value) + " is no whole second");
    return target;
  };
  return limited(row<Path...>(name, Shape::text, "a duration such as \"30s\"", read),
                 duration_text(least) + " to " + duration_text(most));
}

std::vector<Option> daemon_options() {
  using D = DaemonConfig;
  constexpr auto daemon = &Config::daemon;
  return {
      row<daemon, &D::socket>("daemon.socket", Shape::text, "an absolute path of at most 107 bytes",
                              read_socket_path),
      row<daemon, &D::http_listen>(
          "daemon.http_listen", Shape::text,
          "ADDRESS:PORT such as 127.0.0.1:8017 or [::1]:8017, or \"\" for the unix socket alone",
          read_listen),
      bytes<daemon, &D::request_bytes_max>("daemon.request_bytes_max", KiB, 64 * MiB),
      count<daemon, &D::connections_max>("daemon.connections_max", 1, 65536),
      count<daemon, &D::queue_max>("daemon.queue_max", 0, 65536),
      count<daemon, &D::questions_running_max>("daemon.questions_running_max", 1, 4096),
      duration<daemon, &D::idle_timeout>("daemon.idle_timeout", 1s, day),
      duration<daemon, &D::stop_grace>("daemon.stop_grace", 0s, 10min),
  };
}

std::vector<Option> access_options() {
  using A = AccessConfig;
  using L = CallerLimits;
  constexpr auto access = &Config::access;
  constexpr auto limits = &A::limits;
  const std::string roles = R"(names of roles such as ["reader", "operator"])";
  return {
      row<access, &A::socket_roles>("access.socket_roles", Shape::list, roles, read_role_names),
      row<access, &A::loopback_roles>("access.loopback_roles", Shape::list, roles, read_role_names),
      row<access, &A::keys_file>("access.keys_file", Shape::text,
                                 "an absolute path, or \"\" for none", read_optional_path),
      row<access, &A::addresses>("access.addresses", Shape::list,
                                 R"(ranges such as ["198.51.100.0/24", "2001:db8::/32"])",
                                 read_ranges),
      row<access, &A::plain_http>("access.plain_http", Shape::text,
                                  R"("loopback" or "behind-proxy")", read_plain_http),
      count<access, limits, &L::requests_per_minute>("access.requests_per_minute", 0,
                                                     1'000'000'000),
      count<access, limits, &L::requests_burst>("access.requests_burst", 1, 1'000'000'000),
      count<access, limits, &L::tokens_per_minute>("access.tokens_per_minute", 0, 1'000'000'000),
      count<access, limits, &L::fetches_per_minute>("access.fetches_per_minute", 0, 1'000'000'000),
      count<access, limits, &L::requests_at_once>("access.requests_at_once", 0, 65536),
      tables<access, &A::roles>(
          "access.role",
          R"([[access.role]] with name = "curator" and rights = ["import", "forget"])", read_roles),
      tables<access, &A::callers>(
          "access.caller",
          R"([[access.caller]] with name = "grafana" and what holds for it, such as roles = ["auditor"])",
          read_callers),
  };
}

std::vector<Option> tls_options() {
  using T = TlsConfig;
  constexpr auto tls = &Config::tls;
  const std::string path = "an absolute path, or \"\" for none";
  return {
      row<tls, &T::certificate>("tls.certificate", Shape::text, path, read_optional_path),
      row<tls, &T::key>("tls.key", Shape::text, path, read_optional_path),
      row<tls, &T::client_ca>("tls.client_ca", Shape::text, path, read_optional_path),
      row<tls, &T::client_certificates>("tls.client_certificates", Shape::text,
                                        R"("accepted" or "required")", read_client_certificates),
  };
}

std::vector<Option> jwt_options() {
  using J = JwtConfig;
  constexpr auto jwt = &Config::jwt;
  const std::string path = "an absolute path, or \"\" for none";
  return {
      row<jwt, &J::algorithms>("jwt.algorithms", Shape::list,
                               R"(names such as ["ES256"]; there are "HS256", "RS256" and "ES256")",
                               read_jwt_algorithms),
      row<jwt, &J::secret_file>("jwt.secret_file", Shape::text, path, read_optional_path),
      row<jwt, &J::keys_file>("jwt.keys_file", Shape::text, path, read_optional_path),
      row<jwt, &J::issuer>("jwt.issuer", Shape::text, "a text such as \"https://id.example.org\"",
                           read_text),
      row<jwt, &J::audience>("jwt.audience", Shape::text, "a text such as \"seekd\"", read_text),
      duration<jwt, &J::leeway>("jwt.leeway", 0s, 10min),
      row<jwt, &J::name_claim>("jwt.name_claim", Shape::text, "a claim's name", read_text),
      row<jwt, &J::roles_claim>("jwt.roles_claim", Shape::text, "a claim's name", read_text),
  };
}

std::vector<Option> fetcher_options() {
  using F = FetcherConfig;
  constexpr auto fetcher = &Config::fetcher;
  return {
      row<fetcher, &F::socket>("fetcher.socket", Shape::text,
                               "an absolute path of at most 107 bytes", read_socket_path),
      row<fetcher, &F::user_agent>("fetcher.user_agent", Shape::text,
                                   "a name such as \"seekd/0.1\" of ASCII, at most 256 bytes",
                                   read_user_agent),
      row<fetcher, &F::ca_file>("fetcher.ca_file", Shape::text, "an absolute path",
                                read_absolute_path),
      row<fetcher, &F::proxy_credentials>("fetcher.proxy_credentials", Shape::text,
                                          "an absolute path, or \"\" for none", read_optional_path),
      row<fetcher, &F::dns_servers>("fetcher.dns_servers", Shape::list,
                                    "addresses such as [\"192.0.2.1\", \"[2001:db8::1]:53\"]",
                                    read_dns_servers),
      count<fetcher, &F::workers_max>("fetcher.workers_max", 1, 1024),
      count<fetcher, &F::per_host_max>("fetcher.per_host_max", 1, 256),
      duration<fetcher, &F::per_host_interval>("fetcher.per_host_interval", 0s, 1h),
      bytes<fetcher, &F::wire_bytes_max>("fetcher.wire_bytes_max", KiB, GiB),
      bytes<fetcher, &F::decoded_bytes_max>("fetcher.decoded_bytes_max", KiB, 4 * GiB),
      bytes<fetcher, &F::header_bytes_max>("fetcher.header_bytes_max", KiB, 16 * MiB),
      row<fetcher, &F::content_types>("fetcher.content_types", Shape::list,
                                      R"(types such as ["text/html"])", read_content_types),
      count<fetcher, &F::ratio_max>("fetcher.ratio_max", 1, 100'000),
      bytes<fetcher, &F::reply_bytes_max>("fetcher.reply_bytes_max", 64 * KiB, 4 * GiB),
      duration<fetcher, &F::resolve_timeout>("fetcher.resolve_timeout", 100ms, 5min),
      duration<fetcher, &F::connect_timeout>("fetcher.connect_timeout", 100ms, 5min),
      duration<fetcher, &F::transfer_timeout>("fetcher.transfer_timeout", 100ms, 1h),
      duration<fetcher, &F::stall_timeout>("fetcher.stall_timeout", 1s, 1h),
      duration<fetcher, &F::worker_cpu_max>("fetcher.worker_cpu_max", 1s, 10min),
      bytes<fetcher, &F::worker_memory_max>("fetcher.worker_memory_max", 16 * MiB, 16 * GiB),
      row<fetcher, &F::accept_missing>(
          "fetcher.accept_missing", Shape::list,
          R"(names such as ["landlock_tcp"]; there are "landlock", "landlock_tcp" and "seccomp")",
          read_mechanisms),
  };
}

std::vector<Option> egress_options() {
  using E = policy::EgressPolicy;
  using A = policy::AddressPolicy;
  constexpr auto egress = &Config::egress;
  const std::string rules =
      R"(public names such as ["example.org", ".example.org", "example.org/docs"], with a scheme or )"
      R"(a port where one is meant ("http://example.org", "example.org:8443"))";
  return {
      row<egress, &E::allow>("egress.allow", Shape::list, rules, read_rules),
      row<egress, &E::deny>("egress.deny", Shape::list, rules, read_rules),
      row<egress, &E::models>("egress.models", Shape::list, rules, read_rules),
      tables<egress, &E::addresses, &A::exceptions>(
          "egress.exception",
          R"([[egress.exception]] with address = "10.1.2.3", port = 443 and reason = "…")",
          read_exceptions),
      row<egress, &E::addresses, &A::denied>(
          "egress.denied_addresses", Shape::list,
          R"(ranges such as ["198.51.100.0/24", "2001:db8::/32"])", read_ranges),
      row<egress, &E::addresses, &A::nat64_prefix>(
          "egress.nat64_prefix", Shape::text, R"(a range such as "64:ff9b::/96", or "" for none)",
          read_nat64_prefix),
      count<egress, &E::redirects_max>("egress.redirects_max", 0, 20),
      count<egress, &E::addresses_max>("egress.addresses_max", 1, 64),
      row<egress, &E::route>("egress.proxy", Shape::text,
                             R"("direct", or a proxy's address and port such as "10.0.0.5:3128")",
                             read_route),
      tables<egress, &E::sites>(
          "egress.site", R"([[egress.site]] with host = ".example.org" and what holds there)",
          read_sites),
      tables<&Config::webhooks>(
          "egress.webhook",
          R"([[egress.webhook]] with name = "chat" and url = "https://chat.example.org/hooks/42")",
          read_webhooks),
  };
}

std::vector<Option> cache_options() {
  using C = CacheConfig;
  using F = policy::FreshnessBounds;
  constexpr auto cache = &Config::cache;
  constexpr auto freshness = &C::freshness;
  return {
      row<cache, &C::directory>("cache.directory", Shape::text, "an absolute path",
                                read_absolute_path),
      row<cache, &C::key_file>("cache.key_file", Shape::text,
                               "an absolute path, or \"\" for no encryption", read_optional_path),
      duration<cache, &C::retention>("cache.retention", 1s, century),
      bytes<cache, &C::disk_bytes_max>("cache.disk_bytes_max", 16 * MiB, 1024 * 1024 * GiB),
      duration<cache, freshness, &F::heuristic_default>("cache.freshness_default", 0s, century),
      duration<cache, freshness, &F::lifetime_min>("cache.freshness_min", 0s, century),
      duration<cache, freshness, &F::lifetime_max>("cache.freshness_max", 0s, century),
      count<cache, &C::versions_max>("cache.versions_max", 0, 10'000),
      tables<cache, &C::sites>("cache.site",
                               R"([[cache.site]] with host = ".example.org" and what holds there)",
                               read_keeping_rules),
      bytes<cache, &C::block_cache_bytes>("cache.block_cache_bytes", MiB, 1024 * GiB),
      count<cache, &C::urls_expected>("cache.urls_expected", 1000, 1'000'000'000),
      count<cache, &C::blocks_expected>("cache.blocks_expected", 1000, 10'000'000'000),
  };
}

std::vector<Option> model_options() {
  using M = ModelConfig;
  constexpr auto model = &Config::model;
  return {
      row<model, &M::path>("model.path", Shape::text,
                           "an absolute path, the name of a model that `seekctl model list` shows, "
                           "or \"\" for the embedded default",
                           read_model_path),
      row<model, &M::directory>("model.directory", Shape::text, "an absolute path",
                                read_absolute_path),
      row<model, &M::hub>("model.hub", Shape::text,
                          "a server such as \"https://huggingface.co\", without a path", read_hub),
      bytes<model, &M::disk_free_min>("model.disk_free_min", 0, 1024 * GiB),
      row<model, &M::knowledge_cutoff>("model.knowledge_cutoff", Shape::text,
                                       "a month such as \"2024-07\", or \"\" for what is known of "
                                       "the model's family",
                                       read_month),
      row<model, &M::adapter>("model.adapter", Shape::text, "an absolute path, or \"\" for none",
                              read_optional_path),
      row<model, &M::device>("model.device", Shape::text, R"("automatic", "cpu" or "cuda")",
                             read_device),
      row<model, &M::quantization>("model.quantization", Shape::text, R"("none", "int8" or "int4")",
                                   read_quantization),
      count<model, &M::context_tokens_max>("model.context_tokens_max", 128, 1'048'576),
      count<model, &M::sequences_max>("model.sequences_max", 1, 1024),
      bytes<model, &M::kv_cache_bytes>("model.kv_cache_bytes", 0, 1024 * GiB),
      bytes<model, &M::kv_host_bytes>("model.kv_host_bytes", 0, 1024 * GiB),
      row<model, &M::speculation>("model.speculation", Shape::text, R"("lookup" or "none")",
                                  read_speculation),
      count<model, &M::threads>("model.threads", 0, 1024),
      duration<model, &M::step_limit>("model.step_limit", 0s, day),
  };
}

std::vector<Option> embedder_options() {
  using E = EmbedderConfig;
  constexpr auto embedder = &Config::embedder;
  return {
      row<embedder, &E::path>("embedder.path", Shape::text,
                              "an absolute path, \"\" for the embedded default, or \"none\"",
                              read_path_or_none),
      row<embedder, &E::device>("embedder.device", Shape::text, R"("automatic", "cpu" or "cuda")",
                                read_device),
      row<embedder, &E::query_prefix>("embedder.query_prefix", Shape::text,
                                      "a text such as \"query: \"", read_text),
      row<embedder, &E::passage_prefix>("embedder.passage_prefix", Shape::text,
                                        "a text such as \"passage: \"", read_text),
  };
}

std::vector<Option> reranker_options() {
  using R = RerankerConfig;
  constexpr auto reranker = &Config::reranker;
  return {
      row<reranker, &R::path>("reranker.path", Shape::text, "an absolute path, or \"\" for none",
                              read_optional_path),
      row<reranker, &R::device>("reranker.device", Shape::text, R"("automatic", "cpu" or "cuda")",
                                read_device),
      count<reranker, &R::candidates>("reranker.candidates", 2, 1000),
      duration<reranker, &R::deadline>("reranker.deadline", 10ms, 1min),
  };
}

std::vector<Option> audit_options() {
  using A = AuditConfig;
  constexpr auto audit = &Config::audit;
  return {
      row<audit, &A::directory>(
          "audit.directory", Shape::text,
          R"(an absolute path, "" for the one beside cache.directory, or "none" for no log)",
          read_path_or_none),
      row<audit, &A::key_file>("audit.key_file", Shape::text,
                               "an absolute path, or \"\" for one that seekd makes",
                               read_optional_path),
      row<audit, &A::questions>("audit.questions", Shape::text,
                                R"("whole", "masked", "digest" or "none")", read_audited_text),
      row<audit, &A::when_unwritable>("audit.when_unwritable", Shape::text,
                                      R"("refuse" or "proceed")", read_audit_failure),
      bytes<audit, &A::file_bytes_max>("audit.file_bytes_max", 64 * KiB, 64 * GiB),
  };
}

std::vector<Option> answer_options() {
  using A = AnswerConfig;
  constexpr auto answer = &Config::answer;
  return {
      count<answer, &A::tokens_max>("answer.tokens_max", 1, 1'048'576),
      count<answer, &A::thinking_tokens_low>("answer.thinking_tokens_low", 0, 1'048'576),
      count<answer, &A::thinking_tokens_medium>("answer.thinking_tokens_medium", 0, 1'048'576),
      count<answer, &A::thinking_tokens_high>("answer.thinking_tokens_high", 0, 1'048'576),
      count<answer, &A::passages_max>("answer.passages_max", 1, 64),
      count<answer, &A::passage_tokens_max>("answer.passage_tokens_max", 64, 1'048'576),
      count<answer, &A::rounds_max>("answer.rounds_max", 1, 16),
      count<answer, &A::fetches_max>("answer.fetches_max", 0, 64),
      bytes<answer, &A::bytes_max>("answer.bytes_max", 64 * KiB, 64 * GiB),
      duration<answer, &A::fetch_deadline>("answer.fetch_deadline", 1s, 10min),
      duration<answer, &A::reading_deadline>("answer.reading_deadline", 1s, 30min),
      duration<answer, &A::deadline>("answer.deadline", 1s, day),
      bytes<answer, &A::cache_bytes>("answer.cache_bytes", 0, 64 * GiB),
      row<answer, &A::model_judges>("answer.model_judges", Shape::text,
                                    R"("never", "automatic" or "always")", read_model_asked),
      row<answer, &A::model_searches>("answer.model_searches", Shape::text,
                                      R"("never", "automatic" or "always")", read_model_asked),
  };
}

std::vector<Option> search_options() {
  using S = SearchConfig;
  constexpr auto search = &Config::search;
  return {
      count<search, &S::queries_max>("search.queries_max", 1, 3),
      count<search, &S::results_max>("search.results_max", 1, 100),
      count<search, &S::per_host_max>("search.per_host_max", 1, 100),
      count<search, &S::providers_max>("search.providers_max", 1, 8),
      duration<search, &S::deadline>("search.deadline", 1s, 5min),
      tables<search, &S::providers>(
          "search.provider",
          R"([[search.provider]] with name = "searx", kind = "searxng" and url = "https://…/search")",
          read_search_providers),
      tables<search, &S::topics>(
          "search.topic",
          R"([[search.topic]] with words = ["python"] and urls = ["https://…"] or feeds = ["https://…"])",
          read_search_topics),
  };
}

std::vector<Option> refresh_options() {
  using R = RefreshConfig;
  constexpr auto refresh = &Config::refresh;
  return {
      count<refresh, &R::watches_max>("refresh.watches_max", 0, 100'000),
      count<refresh, &R::running_max>("refresh.running_max", 1, 64),
      count<refresh, &R::entries_max>("refresh.entries_max", 0, 1000),
      duration<refresh, &R::interval_min>("refresh.interval_min", 1s, day),
      duration<refresh, &R::interval_max>("refresh.interval_max", 1min, 366 * day),
      duration<refresh, &R::jitter>("refresh.jitter", 0s, day),
      row<refresh, &R::quiet_hours>("refresh.quiet_hours", Shape::text,
                                    "hours such as \"08:00-18:00 UTC\", or \"\" for none",
                                    read_quiet_hours),
      count<refresh, &R::pages_per_day_max>("refresh.pages_per_day_max", 1, 1'000'000'000),
      bytes<refresh, &R::bytes_per_day_max>("refresh.bytes_per_day_max", MiB, 1024 * GiB),
      count<refresh, &R::answers_per_day_max>("refresh.answers_per_day_max", 0, 1'000'000),
  };
}

std::vector<Option> privacy_options() {
  using P = policy::MaskingPolicy;
  constexpr auto privacy = &Config::privacy;
  return {
      row<privacy, &P::mask>(
          "privacy.mask", Shape::list,
          R"(names such as ["phone", "email"]; there are "phone", "id", "card", "account", "email" )"
          R"(and "key")",
          read_private_kinds),
      row<privacy, &P::words>("privacy.words", Shape::list, R"(words such as ["Project Heron"])",
                              read_private_words),
  };
}

std::vector<Option> collection_options() {
  return {tables<&Config::collections>(
      "collection",
      R"([[collection]] with name = "handbook" and readers = ["everyone"] or such as ["uid:1001"])",
      read_collections)};
}

std::vector<Option> routing_options() {
  return {tables<&Config::upstreams>(
              "upstream", R"([[upstream]] with name = "cluster" and url = "https://…/v1")",
              read_upstreams),
          tables<&Config::routes>(
              "route", R"([[route]] with name = "large" and target = "cluster/its-model")",
              read_routes)};
}

std::vector<Option> all_options() {
  std::vector<Option> all;
  for (auto section : {daemon_options, access_options, tls_options, jwt_options, fetcher_options,
                       egress_options, cache_options, model_options, embedder_options,
                       reranker_options, answer_options, search_options, refresh_options,
                       privacy_options, audit_options, collection_options, routing_options}) {
    std::ranges::move(section(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = all_options();
  return table;
}

const Option* find_option(std::string_view name) {
  const auto& table = option_table();
  const auto found = std::ranges::find(table, name, &Option::name);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace seekd::config
