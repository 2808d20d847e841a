// Every option of seekd, once: its default, its unit, its check.
//
// One TOML format for all programs: the defaults below (documented, one by one, in default.toml),
// then the file, then its drop-ins (FILE.d/*.toml in name order), then SEEKD_* in the environment
// (SEEKD_CACHE_DIRECTORY sets cache.directory). Later wins; a list replaces the list before it,
// tables ([[egress.site]]) add to those before them. An unknown key, a wrong type or unit, an
// impossible value is an error that names file, line and remedy. A Config is a plain value: load
// once, share read-only between threads.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/access_config.h"
#include "config/routing_config.h"
#include "policy/access.h"
#include "policy/egress.h"
#include "policy/http_freshness.h"
#include "policy/keeping.h"
#include "policy/private_data.h"
#include "policy/result.h"
#include "policy/search_provider.h"
#include "policy/site.h"
#include "policy/upstream.h"
#include "policy/webhook.h"

namespace seekd::config {

struct DaemonConfig {
  std::filesystem::path socket = "/run/seekd/seekd.sock";
  std::string http_listen = "127.0.0.1:8017";  // address:port; "" = unix socket only
  std::size_t request_bytes_max = 1 << 20;     // of a request's body
  std::size_t connections_max = 256;
  std::size_t queue_max = 64;  // questions beside those that are answered; one more gets a 503
  std::size_t questions_running_max = 16;  // questions in flight outside the model
  std::chrono::seconds idle_timeout{60};   // of a connection between requests
  std::chrono::seconds stop_grace{20};     // running answers may finish within it after SIGTERM

  bool operator==(const DaemonConfig&) const = default;
};

// What the kernel confines the programs by.
enum class SandboxMechanism : std::uint8_t {
  landlock,      // rules for files (Linux 5.13)
  landlock_tcp,  // Landlock's rules for TCP (Linux 6.7)
  seccomp,       // filters for system calls
};
std::string_view to_string(SandboxMechanism mechanism);  // as fetcher.accept_missing names it

struct FetcherConfig {
  std::filesystem::path socket = "/run/seekd-fetcher/fetcher.sock";
  std::string user_agent = "seekd/0.1";  // the product token for robots.txt is the part before '/'
  std::filesystem::path ca_file = "/etc/ssl/certs/ca-certificates.crt";
  std::filesystem::path proxy_credentials;  // a file of "ADDRESS:PORT USER:PASSWORD"; "": none
  // Addresses, "192.0.2.1", "192.0.2.1:53" or "[2001:db8::1]:53"; empty: the system's resolver.
  std::vector<std::string> dns_servers;
  std::size_t workers_max = 256;                   // pages at once
  std::size_t per_host_max = 2;                    // pages at once from one host
  std::chrono::milliseconds per_host_interval{0};  // least time between two requests to one host
  std::size_t wire_bytes_max = 4 << 20;            // of a body as transferred
  std::size_t decoded_bytes_max = 16 << 20;        // of a body after decompression
  std::size_t header_bytes_max = 300 << 10;
  std::vector<std::string> content_types;  // of those that workers can read; empty: all
  std::size_t ratio_max = 100;             // decoded / transferred
  std::size_t reply_bytes_max = 24 << 20;  // of a worker's typed reply
  std::chrono::milliseconds resolve_timeout{5000};
  std::chrono::milliseconds connect_timeout{10000};
  std::chrono::milliseconds transfer_timeout{30000};
  std::chrono::seconds stall_timeout{30};  // of a file of a model that hardly comes any further
  std::chrono::seconds worker_cpu_max{2};
  std::size_t worker_memory_max = 256 << 20;     // address space a worker may add, bytes
  std::vector<SandboxMechanism> accept_missing;  // run although the kernel lacks these

  bool operator==(const FetcherConfig&) const = default;
};

struct CacheConfig {
  std::filesystem::path directory = "/var/lib/seekd/cache";
  std::filesystem::path key_file;                          // "" = its files are not encrypted
  std::chrono::seconds retention{30 * 24 * 3600};          // expires_at = retrieved_at + this
  std::uint64_t disk_bytes_max = std::uint64_t{20} << 30;  // the pages worth least go beyond it
  policy::FreshnessBounds freshness;
  std::uint32_t versions_max = 20;           // past versions kept per page
  std::vector<policy::KeepingRule> sites;    // over the three above, by host
  std::size_t block_cache_bytes = 64 << 20;  // RocksDB's
  std::size_t urls_expected = 100'000;       // Bloom filter's first size
  std::size_t blocks_expected = 2'000'000;

  // What holds for a host's pages.
  policy::Keeping keeping_of(std::string_view host) const {
    return policy::keeping_of(host, sites, {retention, freshness, versions_max});
  }
  bool operator==(const CacheConfig&) const = default;
};

enum class Device : std::uint8_t { automatic, cpu, cuda };

// How many bits a weight of the model keeps on a GPU.
enum class Quantization : std::uint8_t { none, int8, int4 };

// How tokens are guessed that the model then judges several at once.
enum class Speculation : std::uint8_t {
  none,
  lookup,  // out of the text so far, the prompt's pages included
};

struct ModelConfig {
  // Folder or .gguf file, or the name of a model in `directory`; "" = the embedded default of
  // scripts/setup.
  std::filesystem::path path;
  // The last month that the model knows of; nullopt: what its family's makers published.
  std::optional<std::chrono::year_month> knowledge_cutoff;
  std::filesystem::path adapter;  // a LoRA's folder, merged into the weights; "" = none
  std::filesystem::path directory = "/var/lib/seekd/models";  // of `seekctl model`
  std::string hub = "https://huggingface.co";                 // where `seekctl model pull` asks
  std::uint64_t disk_free_min = std::uint64_t{1} << 30;       // left on the models' disk, bytes
  Device device = Device::automatic;
  Quantization quantization = Quantization::none;
  std::size_t context_tokens_max = 8192;  // less where the model has less
  std::size_t sequences_max = 16;         // that run together
  std::uint64_t kv_cache_bytes = 0;       // on the model's device; 0: by what it has
  std::uint64_t kv_host_bytes = 0;        // beside a GPU's, in the host's memory
  Speculation speculation = Speculation::lookup;
  std::size_t threads = 0;  // 0: one per core
  // A step of the network that takes longer hangs; 0: by the device.
  std::chrono::milliseconds step_limit{0};

  bool operator==(const ModelConfig&) const = default;
};

struct EmbedderConfig {
  std::filesystem::path path;  // folder; "" = the embedded default; "none" = search by words alone
  Device device = Device::automatic;
  std::string query_prefix;    // put before a query, where the model was trained with one
  std::string passage_prefix;  // before a passage; another one means that vectors are made anew

  bool enabled() const { return path != "none"; }
  bool operator==(const EmbedderConfig&) const = default;
};

struct RerankerConfig {
  std::filesystem::path path;  // folder; "" = none: the order of a search is the last word
  Device device = Device::automatic;
  std::size_t candidates = 32;               // of the best of a search, judged once more
  std::chrono::milliseconds deadline{1000};  // for them; the rest stays as it is

  bool enabled() const { return !path.empty(); }
  bool operator==(const RerankerConfig&) const = default;
};

// Whether the model is asked for more than the answer.
enum class ModelAsked : std::uint8_t {
  never,
  automatic,  // where it is large enough to know
  always,
};

struct AnswerConfig {
  std::size_t tokens_max = 512;  // default of max_tokens, and thinking included
  // Of a thinking model's thoughts, by the effort that a request names.
  std::size_t thinking_tokens_low = 256;
  std::size_t thinking_tokens_medium = 1024;
  std::size_t thinking_tokens_high = 4096;
  std::size_t passages_max = 6;
  std::size_t passage_tokens_max = 1200;  // all passages of one prompt
  // What one question may read: rounds of pages, pages through the door, bytes as transferred,
  // time.
  std::size_t rounds_max = 3;
  std::size_t fetches_max = 8;
  std::uint64_t bytes_max = 32 << 20;
  std::chrono::seconds fetch_deadline{20};    // of a page: not waited for any longer
  std::chrono::seconds reading_deadline{45};  // of all rounds together
  std::chrono::seconds deadline{300};         // of a whole answer
  std::uint64_t cache_bytes = 16 << 20;       // of answers that are given again; 0: none are
  // If a question needs fresh knowledge, and if what was read answers it, where rules are unsure.
  ModelAsked model_judges = ModelAsked::automatic;
  // What the web is searched for, and which of the pages offered are read.
  ModelAsked model_searches = ModelAsked::automatic;

  bool operator==(const AnswerConfig&) const = default;
};

// Where the web is searched for pages that nobody named.
struct SearchConfig {
  std::size_t queries_max = 3;        // made of one question
  std::size_t results_max = 10;       // of all of them together
  std::size_t per_host_max = 3;       // of these from one host
  std::size_t providers_max = 1;      // that are asked each query; others stand in for them
  std::chrono::seconds deadline{15};  // of all queries of a question
  std::vector<policy::SearchProvider> providers;
  std::vector<policy::SearchTopic> topics;

  bool operator==(const SearchConfig&) const = default;
};

// How much of a question the audit log holds.
enum class AuditedText : std::uint8_t {
  whole,
  masked,  // without what [privacy] masks
  digest,  // a code of it under the log's key: the same questions are known as the same
  none,
};

// What happens while the audit log cannot be written.
enum class AuditFailure : std::uint8_t {
  refuse,   // requests are, so that nothing happens unseen
  proceed,  // they are answered, and the log says later how many it lacks
};

// The log of who asked what, what was fetched and what was refused (policy/audit_chain.h).
struct AuditConfig {
  std::filesystem::path directory;  // "" = `audit`, beside the cache's; "none" = there is no log
  std::filesystem::path key_file;   // "" = made in `directory`
  AuditedText questions = AuditedText::masked;
  AuditFailure when_unwritable = AuditFailure::refuse;
  std::uint64_t file_bytes_max = std::uint64_t{64} << 20;  // then the next file begins

  bool enabled() const { return directory != "none"; }
  bool operator==(const AuditConfig&) const = default;
};

// Watches: pages that are refreshed by themselves.
struct RefreshConfig {
  std::size_t watches_max = 1000;
  std::size_t running_max = 4;                       // watches refreshed at once
  std::size_t entries_max = 20;                      // of a feed or a sitemap, fetched in one run
  std::chrono::seconds interval_min{60};             // between two runs of one watch
  std::chrono::seconds interval_max{7 * 24 * 3600};  // of a watch whose interval is learned
  std::chrono::seconds jitter{300};                  // runs are spread over as much
  std::optional<policy::Hours> quiet_hours;          // in which none begins; nullopt: none are
  std::size_t pages_per_day_max = 10'000;            // a day of UTC, of all watches
  std::uint64_t bytes_per_day_max = 1ULL << 30;      // transferred
  std::size_t answers_per_day_max = 200;  // of the model, to all standing questions together

  bool operator==(const RefreshConfig&) const = default;
};

// A named part of the memory (policy/collection.h). Without a table of its own the web is read and
// written by everyone.
struct CollectionConfig {
  std::string name;
  std::vector<policy::Subject> readers;
  std::vector<policy::Subject> writers;  // beside root and the user that seekd runs as

  bool operator==(const CollectionConfig&) const = default;
};

struct Config {
  DaemonConfig daemon;
  AccessConfig access;
  TlsConfig tls;
  JwtConfig jwt;
  FetcherConfig fetcher;
  policy::EgressPolicy egress;
  std::vector<policy::Webhook> webhooks;  // egress.webhook
  CacheConfig cache;
  ModelConfig model;
  EmbedderConfig embedder;
  RerankerConfig reranker;
  AnswerConfig answer;
  SearchConfig search;
  RefreshConfig refresh;
  policy::MaskingPolicy privacy;
  AuditConfig audit;
  std::vector<CollectionConfig> collections;
  std::vector<policy::Upstream> upstreams;
  std::vector<RouteConfig> routes;

  // REQUIRES: audit.enabled()
  std::filesystem::path audit_directory() const {
    return audit.directory.empty() ? cache.directory.parent_path() / "audit" : audit.directory;
  }
  // There is something that callers over HTTP are known by.
  bool knows_callers() const {
    return !access.keys_file.empty() || !jwt.algorithms.empty() || !tls.client_ca.empty();
  }
  bool operator==(const Config&) const = default;
};

// Errors: not_found (the named file), invalid_argument ("FILE:LINE: …" or "SEEKD_…: …"), too_large,
// io. `file` empty: /etc/seekd/seekd.toml where it exists. `environment` is a null-terminated array
// as `environ`, or nullptr for none.
Result<Config> load(const std::filesystem::path& file, const char* const* environment);

struct Loaded {
  Config config;
  // Lines, each naming option, place and remedy, about settings that are allowed and may not be
  // meant: an allow that a deny shadows, a site or an exception that nothing can reach, an opened
  // network, robots.txt ignored.
  std::vector<std::string> warnings;
};
Result<Loaded> load_explained(const std::filesystem::path& file, const char* const* environment);

// The file that load() reads for `file`.
std::filesystem::path file_or_default(const std::filesystem::path& file);

// The commented default.toml that is compiled in; read as a file, it changes nothing.
std::string_view default_toml();

}  // namespace seekd::config
